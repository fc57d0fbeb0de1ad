# SPDX-License-Identifier: Apache-2.0
"""The load: command lines of wrk and h2load for a request, and what they print."""
import math
import os
import re
import signal
import subprocess
from dataclasses import dataclass, field

STUCK_S = 60
UNITS_MS = {"us": 0.001, "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
UNITS_BYTES = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


class LoadError(Exception):
    pass


@dataclass
class Request:
    paths: list = field(default_factory=lambda: ["/"])  # taken in turn
    method: str = "GET"
    headers: dict = field(default_factory=dict)
    body: str = ""


@dataclass
class Result:
    requests: int
    rps: float
    bytes_per_s: float
    p50_ms: float = None
    p99_ms: float = None


def _ms(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m|h)", text).groups()
    return float(value) * UNITS_MS[unit]


def _bytes(text):
    value, unit = re.fullmatch(r"([\d.]+)([KMGT]?)B", text).groups()
    return float(value) * UNITS_BYTES[unit]


def _find(pattern, text, what):
    found = re.search(pattern, text, re.MULTILINE)
    if not found:
        raise LoadError(f"no {what} in: {text.strip()[-400:]!r}")
    return found.groups()


def parse_wrk(text):
    """Raises where a response was an error, or a connection failed."""
    for sign in ("Non-2xx or 3xx responses", "Socket errors"):
        for line in text.splitlines():
            if sign in line and not re.search(r"connect 0, read 0, write 0, timeout 0", line):
                raise LoadError(line.strip())
    requests, _ = _find(r"^\s*(\d+) requests in (\S+),", text, "number of requests")
    if int(requests) == 0:
        raise LoadError("no request was answered")
    rps, = _find(r"^Requests/sec:\s+([\d.]+)", text, "requests per second")
    rate, = _find(r"^Transfer/sec:\s+(\S+)", text, "bytes per second")
    p50, p99 = (re.search(rf"^\s+{percent}%\s+(\S+)", text, re.MULTILINE) for percent in (50, 99))
    return Result(int(requests), float(rps), _bytes(rate), p50 and _ms(p50[1]), p99 and _ms(p99[1]))


def parse_h2load(text):
    rps, rate = _find(r"^finished in \S+, ([\d.]+) req/s, (\S+)/s", text, "requests per second")
    counts = r"^requests: .* (\d+) done, \d+ succeeded, (\d+) failed, (\d+) errored, (\d+) timeout"
    done, failed, errored, timeout = map(int, _find(counts, text, "number of requests"))
    good, = map(int, _find(r"^status codes: (\d+) 2xx", text, "status codes"))
    # What is under way when the time is over counts as not done, and as no error.
    if failed or errored or timeout or good < done:
        raise LoadError(f"of {done} responses {good} were good; {failed} failed, {errored} errors, {timeout} timeouts")
    if done == 0:
        raise LoadError("no request was answered")
    return Result(done, float(rps), _bytes(rate))


def _lua(text):
    level = "="
    while f"]{level}]" in text:
        level += "="
    return f"[{level}[{text}]{level}]"


def wrk_script(request):
    """Lua for what the command line cannot say; "" where it can."""
    lines = []
    if request.method != "GET":
        lines.append(f"wrk.method = {_lua(request.method)}")
    if request.body:
        lines.append(f"wrk.body = {_lua(request.body)}")
    if len(request.paths) > 1:
        lines += ["local paths, requests, turn = {", *(f"  {_lua(path)}," for path in request.paths), "}, {}, 0",
                  "function init() for i, path in ipairs(paths) do requests[i] = wrk.format(nil, path) end end",
                  "function request() turn = turn % #requests + 1; return requests[turn] end"]
    return "\n".join(lines) + "\n" if lines else ""


def command(request, url, connections, seconds, pipelined, folder):
    headers = [flag for name, value in request.headers.items() for flag in ("-H", f"{name}: {value}")]
    target = url + (request.paths[0] if len(request.paths) == 1 else "/")
    if pipelined:
        return ["h2load", "--h1", "-t1", f"-c{connections}", f"-m{pipelined}", f"-D{round(seconds * 1000)}ms",
                *headers, target]
    script = wrk_script(request)
    if script:
        path = os.path.join(folder, "request.lua")
        with open(path, "w", encoding="utf-8") as file:
            file.write(script)
        headers += ["-s", path]
    return ["wrk", "-t1", f"-c{connections}", f"-d{math.ceil(seconds)}s", "--latency", *headers, target]


def run(argv, seconds, core):
    """On the given core, to its end. wrk counts whole seconds: one for part of a second is interrupted then."""
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                          preexec_fn=lambda: os.sched_setaffinity(0, {core})) as process:
        try:
            if argv[0] == "wrk" and seconds != int(seconds):
                try:
                    process.wait(seconds)
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=seconds + STUCK_S)
        except BaseException as error:
            process.kill()
            if isinstance(error, subprocess.TimeoutExpired):
                raise LoadError(f"{argv[0]} does not end") from None
            raise
    if process.returncode != 0:
        raise LoadError(f"{argv[0]} ended with {process.returncode}: {(err or out).strip()[-400:]}")
    return (parse_h2load if argv[0] == "h2load" else parse_wrk)(out)
