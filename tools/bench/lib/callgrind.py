# SPDX-License-Identifier: Apache-2.0
"""Instructions per request of a server under callgrind: a figure that other load on the machine hardly disturbs."""
import glob
import http.client
import os
import queue
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lib import http_check
from lib.bench import free_port
from lib.scenarios import SCENARIOS
from lib.setups import SETUPS
from lib.stats import median

NAMES = ("hello", "json", "headers", "kv-get", "proxy-1k")
# Enough that V8 has compiled what it is going to compile.
WARM_REQUESTS = 4_500
BATCHES, BATCH_REQUESTS = 7, 200
PATIENCE_S = 240  # a machine may be busy


# What runs by the clock on the thread that serves: how often it does so within a request depends on how busy the machine
# is.
TIMER = re.compile(r"^sedge::loop::Timer::Start\(.*_FUN")


class Failed(Exception):
    pass


def parse_dump(text):
    """(instructions of a dump, those of them in and below the callback of timers)"""
    found = re.search(r"^(?:totals|summary): (\d+)", text, re.MULTILINE)
    if not found:
        raise Failed("callgrind's dump has no totals")
    names = dict(re.findall(r"^c?fn=\((\d+)\) (.+)$", text, re.MULTILINE))
    # cfn=(ID), calls=COUNT POSITION, and the cost of these calls at the end of the next line.
    calls = re.findall(r"^cfn=\((\d+)\).*\ncalls=.*\n\S+ (\d+)$", text, re.MULTILINE)
    return int(found[1]), sum(int(cost) for called, cost in calls if TIMER.search(names.get(called, "")))


class Origin(BaseHTTPRequestHandler):
    """What the proxy stands before: 1 KB, always."""
    protocol_version = "HTTP/1.1"
    body = b"x" * 1024

    def do_GET(self):  # noqa: N802
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {len(self.body)}\r\n\r\n"
        self.wfile.write(head.encode() + self.body)

    def log_message(self, *_):
        pass


class Server:
    """sedge under callgrind, for one scenario."""

    def __init__(self, children, sedge, bench_folder, work, scenario):
        setup = SETUPS[scenario.setup]
        self.children = children
        self.scenario = scenario
        self.dumps = 0
        self.out = os.path.join(work, f"{scenario.name}.callgrind")
        self.port = free_port()
        self.origin = None
        self.request = scenario.request
        command = ["valgrind", "--tool=callgrind", "--smc-check=all-non-file", "--separate-threads=yes",
                   f"--callgrind-out-file={self.out}",
                   sedge, "serve", os.path.join(bench_folder, "workers", setup.worker), "--port", str(self.port),
                   "--threads", "1", "--data-dir", os.path.join(work, f"{scenario.name}.data")]
        if setup.kv:
            command += ["--kv", "KV=bench"]
        if setup.proxy:
            self.origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
            threading.Thread(target=self.origin.serve_forever, daemon=True).start()
            command += ["--origin", f"http://127.0.0.1:{self.origin.server_port}"]
        self.child = children.start(f"callgrind-{scenario.name}", command, None, work)

    def close(self):
        self.children.stop(self.child)
        if self.origin:
            self.origin.shutdown()
            self.origin.server_close()

    def ask(self, count):
        """Over connections that are kept as long as the server keeps them, one request at a time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        request = self.request
        paths, body = request.paths, request.body.encode() or None
        try:
            for i in range(count):
                connection.request(request.method, paths[i % len(paths)], body, request.headers)
                response = connection.getresponse()
                response.read()
                if response.status != 200:
                    raise Failed(f"{self.scenario.name}: status {response.status}")
        finally:
            connection.close()

    def dump(self):
        """Instructions since the last dump of the thread that has the most, which serves, without timers. The others
        are the watchdog, which runs by the clock, and V8's helpers, whose share depends on when they get to run."""
        done = subprocess.run(["vgdb", f"--pid={self.child.pid}", "dump"], capture_output=True, text=True,
                              timeout=PATIENCE_S, check=False)
        self.dumps += 1
        paths = glob.glob(f"{self.out}.{self.dumps}-*")
        if done.returncode != 0 or not paths:
            raise Failed(f"vgdb cannot make callgrind write: {done.stderr.strip()[-300:]}")
        dumps = []
        for path in paths:
            with open(path, encoding="utf-8", errors="replace") as file:
                dumps.append(parse_dump(file.read()))
            os.remove(path)
        total, timers = max(dumps)
        return total - timers

    def measure(self):
        """The median of some batches, and all: a collection of garbage makes one more than another."""
        http_check.wait_until_ready(self.child, self.port, PATIENCE_S)
        for path in self.scenario.seeds:
            http_check.ask(self.port, self.request, path, "POST", timeout=PATIENCE_S)
        http_check.check(self.port, self.scenario, self.request, PATIENCE_S)
        self.ask(WARM_REQUESTS)
        self.dump()
        batches = []
        for _ in range(BATCHES):
            self.ask(BATCH_REQUESTS)
            batches.append(self.dump() / BATCH_REQUESTS)
        return round(median(batches)), batches


def measure(children, sedge, bench_folder, work, names):
    """Yields (name, count, batches), all of `names` at once."""
    answers = queue.Queue()

    def count(server):
        try:
            answers.put((server.scenario.name, server.measure()))
        except Exception as error:  # pylint: disable=broad-except
            answers.put((server.scenario.name, error))

    chosen = [scenario for scenario in SCENARIOS if scenario.name in names]
    servers = [Server(children, sedge, bench_folder, work, scenario) for scenario in chosen]
    for server in servers:
        threading.Thread(target=count, args=(server,), daemon=True).start()
    for _ in servers:
        name, answer = answers.get()
        if isinstance(answer, Exception):
            raise Failed(f"{name}: {answer}")
        yield name, *answer
    for server in servers:
        server.close()
