# SPDX-License-Identifier: Apache-2.0
"""A setup is what a server is started with: a worker, and what that needs. Scenarios share setups."""
from dataclasses import dataclass

ROUTED_HOST = "bench.test"


@dataclass
class Setup:
    name: str
    worker: str  # in tools/bench/workers
    kv: bool = False
    proxy: bool = False  # the worker passes requests on to the origin
    copies: int = 0  # so many workers in one process, at http://bench.test/wN/
    bundled: bool = False
    # What nginx does instead of a worker, as part of its configuration; "": it cannot.
    nginx: str = ""
    floor: bool = False  # the programs without a script answer the same


HELLO = Setup("hello", "hello.js", floor=True,
              nginx='location / { default_type "text/plain;charset=UTF-8"; return 200 "hello world"; }')
SETUPS = {setup.name: setup for setup in [
    HELLO,
    Setup("json", "json_echo.js"),
    Setup("headers", "headers.js"),
    Setup("hono", "hono_app.js", bundled=True),
    Setup("kv", "kv_api.js", kv=True),
    Setup("stream", "stream.js"),
    Setup("proxy", "proxy.js", proxy=True,
          nginx='location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }'),
    Setup("digest", "digest.js"),
    Setup("gzip", "gzip.js"),
    Setup("workers-1", "numbered.js", copies=1),
    Setup("workers-50", "numbered.js", copies=50),
]}
