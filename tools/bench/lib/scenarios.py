# SPDX-License-Identifier: Apache-2.0
"""What is measured under load: the requests, and what a right answer is."""
import gzip
import hashlib
import hmac
import json
import random
from dataclasses import dataclass, field
from typing import Callable

from lib.load import Request
from lib.setups import ROUTED_HOST

CHUNKED_BYTES = 2**20
KEYS = 1_000
ORIGIN_FILES = {"1k": 2**10, "64k": 2**16, "10m": 10 * 2**20}


@dataclass
class Scenario:
    name: str
    title: str
    setup: str
    right: Callable  # (status, headers, body) -> whether the answer is right
    request: Request = field(default_factory=Request)
    connections: int = 64
    pipelined: int = 0
    seeds: tuple = ()  # paths that are POSTed to once, before the first measurement
    bytes: bool = False  # bytes per second are what counts
    passes_host: bool = False  # says the origin's Host, so that `fetch(request)` goes there on every runtime
    # Peers that run workers but are not asked, and why.
    refused: dict = field(default_factory=dict)


def body_is(expected):
    return lambda status, headers, body: status == 200 and body == expected


def json_of_2kb():
    """A document as an API gets it: 2,048 bytes of JSON."""
    generator = random.Random(1)
    value = {"id": 17, "name": "bench", "active": True, "score": 12.5, "none": None, "items": []}
    while len(json.dumps(value, separators=(",", ":"))) < 1900:
        value["items"].append({"key": f"k{generator.randrange(10**6)}", "count": generator.randrange(1000),
                               "tags": ["a", "b"]})
    value["fill"] = ""
    value["fill"] = "x" * (2048 - len(json.dumps(value, separators=(",", ":"))))
    return json.dumps(value, separators=(",", ":"))


def _echoes(text):
    return lambda status, headers, body: status == 200 and json.loads(body) == json.loads(text)


def _ten_headers(status, headers, body):
    names = ("cache-control", "etag", "x-request-host", "x-request-agent", "x-page", "x-sort", "x-tags", "vary",
             "x-header-count")
    return status == 200 and body == b"20 headers of 400 bytes" and headers.get("x-page") == "4" and \
        headers.get("x-tags") == "a,b" and all(name in headers for name in names)


def _digests(status, headers, body):
    data = bytes(i % 251 for i in range(4096))
    mac = hmac.new(bytes([7] * 32), data, hashlib.sha256).hexdigest()
    return status == 200 and body.decode() == f"{hashlib.sha256(data).hexdigest()} {mac}"


def _gzipped(status, headers, body):
    return status == 200 and len(body) < 40_000 and len(gzip.decompress(body)) == 65536


def _one_of_workers(status, headers, body):
    return status == 200 and body == b"worker 0"


def _workers(count):
    title = f"{count} workers, round-robin" if count > 1 else "1 worker, with a route"
    return Scenario(f"workers-{count}", title, f"workers-{count}", _one_of_workers,
                    Request([f"/w{i}/" for i in range(count)], headers={"Host": ROUTED_HOST}))


def _proxy(name, connections):
    size = ORIGIN_FILES[name]
    return Scenario(f"proxy-{name}", f"proxy pass-through, {name}", "proxy",
                    lambda status, headers, body: status == 200 and body == b"x" * size,
                    Request([f"/{name}"]), connections, bytes=True, passes_host=True)


def _hello(name, title, **more):
    return Scenario(name, title, "hello", body_is(b"hello world"), **more)


JSON = json_of_2kb()
ITEM = json.dumps({"text": "x" * 189}, separators=(",", ":"))
HEADERS_IN = {f"x-in-{i}": f"value-{i:02d}-{'y' * 11}" for i in range(20)}
ITEMS = [f"item:{i:08d}" for i in range(KEYS)]
SEED = (f"/seed?from=0&to={KEYS}&bytes=200",)

SCENARIOS = [
    _hello("hello", "hello world"),
    _hello("connections-1", "hello world, 1 connection", connections=1),
    _hello("connections-1000", "hello world, 1,000 connections", connections=1000),
    _hello("pipelined", "hello world, 16 requests pipelined", pipelined=16),
    Scenario("json", "JSON echo of a 2 KB POST", "json", _echoes(JSON),
             Request(["/"], "POST", {"Content-Type": "application/json"}, JSON)),
    Scenario("headers", "headers: 20 in, 10 out, URL and parameters", "headers", _ten_headers,
             Request(["/some/path/of/things?page=3&sort=name&tag=a&tag=b"], headers=HEADERS_IN)),
    Scenario("hono", "router application with hono", "hono",
             lambda status, headers, body: status == 200 and headers.get("x-powered-by") == "hono"
             and json.loads(body) == {"name": "jobs", "id": "17", "part": "log"}, Request(["/api/jobs/17/log"])),
    Scenario("kv-get", "KV get of 200 bytes", "kv", lambda status, headers, body: status == 200 and len(body) == 200,
             Request([f"/item/{key}" for key in ITEMS]), seeds=SEED),
    Scenario("kv-hello", "the KV worker's answer without KV", "kv",
             lambda status, headers, body: status == 200 and len(body) == 191, Request(["/hello"])),
    Scenario("kv-put", "KV put of 200 bytes", "kv", body_is(b"stored"),
             Request([f"/put/put:{i:04d}" for i in range(KEYS)], "PUT", body=ITEM)),
    Scenario("kv-list", "KV list of 1,000 keys with metadata", "kv", body_is(b"1000"), Request(["/list"]), 8,
             seeds=("/seed-large?large=0",)),
    Scenario("stream", "1 MB in chunks of 16 KB through a TransformStream", "stream", body_is(b"x" * CHUNKED_BYTES),
             connections=8, bytes=True),
    _proxy("1k", 64),
    _proxy("64k", 64),
    _proxy("10m", 8),
    Scenario("digest", "SHA-256 and HMAC of 4 KB", "digest", _digests),
    Scenario("gzip", "gzip of 64 KB", "gzip", _gzipped, connections=8),
    _workers(1),
    _workers(50),
]
