# SPDX-License-Identifier: Apache-2.0
"""The bars that sedge is held against, within one run: what each says, what was measured, whether it is kept."""
from dataclasses import dataclass

from lib.stats import median, number

JS_PEERS = ("workerd", "miniflare", "deno", "bun", "node")


@dataclass
class Verdict:
    bar: str
    measured: str
    kept: object  # True, False, or None where something for it was not measured

    def word(self):
        return {True: "kept", False: "missed", None: "not measured"}[self.kept]


class Bars:
    def __init__(self, results):
        self.results = results
        self.verdicts = []

    def value(self, scenario, peer, metric):
        return median(self.results.of(scenario, peer, metric))

    def best(self, scenario, metric, most=False):
        """(value, name) of the best peer that runs workers."""
        found = [(value, peer) for peer in JS_PEERS if (value := self.value(scenario, peer, metric)) is not None]
        return (max if most else min)(found) if found else (None, "any peer")

    def add(self, bar, value, limit, unit, most=False):
        """`value` is at most `limit`, or at least with `most`."""
        if value is None or limit is None:
            self.verdicts.append(Verdict(bar, "", None))
        else:
            self.verdicts.append(Verdict(bar, f"{number(value)} {unit}, bar {number(limit)}",
                                         value >= limit if most else value <= limit))

    def all(self):
        self.processor()
        self.kv()
        self.bytes()
        self.memory()
        self.flat()
        return self.verdicts

    def processor(self):
        hello = self.value("hello", "sedge", "user_us")

        def scaled(value, factor):
            return None if value is None else value * factor

        for peer in ("deno", "bun"):
            self.add(f"hello: user CPU <= {peer}'s", hello, self.value("hello", peer, "user_us"), "us")
        workerd = scaled(self.value("hello", "workerd", "user_us"), 1 / 15)
        self.add("hello: user CPU <= 1/15 of workerd's", hello, workerd, "us")
        floor = self.value("hello", "floor", "user_us")
        self.add("hello: user CPU <= the floor's + 1.2 us", hello, None if floor is None else floor + 1.2, "us")
        for scenario in ("json", "headers", "hono"):
            value, peer = self.best(scenario, "user_us")
            self.add(f"{scenario}: user CPU <= 0.9x the best peer's ({peer})", self.value(scenario, "sedge", "user_us"),
                     scaled(value, 0.9), "us")

    def kv(self):
        other = self.value("kv-get", "miniflare", "rps")
        self.add("kv-get: requests/s >= 20x miniflare's", self.value("kv-get", "sedge", "rps"),
                 None if other is None else 20 * other, "requests/s", most=True)
        hello = self.value("hello", "sedge", "user_us")
        self.add("kv-get: user CPU <= hello's + 6 us", self.value("kv-get", "sedge", "user_us"),
                 None if hello is None else hello + 6, "us")

    def bytes(self):
        for scenario in ("stream", "proxy-1k", "proxy-64k", "proxy-10m"):
            value, peer = self.best(scenario, "mib_per_s", most=True)
            self.add(f"{scenario}: bytes/s >= the best JavaScript peer's ({peer})",
                     self.value(scenario, "sedge", "mib_per_s"), value, "MiB/s", most=True)
        self.add("proxy-10m: bytes/s >= nginx's", self.value("proxy-10m", "sedge", "mib_per_s"),
                 self.value("proxy-10m", "nginx", "mib_per_s"), "MiB/s", most=True)

    def memory(self):
        workerd = self.value("memory", "workerd", "loaded_mb")
        self.add("memory after load <= 1/3 of workerd's", self.value("memory", "sedge", "loaded_mb"),
                 None if workerd is None else workerd / 3, "MB")
        value, peer = self.best("memory", "idle_mb")
        self.add(f"memory of idle connections <= the best peer's ({peer})",
                 self.value("memory", "sedge", "idle_mb"), value, "MB per 1,000")

    def flat(self):
        def flat(title, names):
            values = [self.value(name, "sedge", "cpu_us") for name in names]
            known = None not in values
            self.add(title, max(values) / min(values) if known else None, 1.25 if known else None, "times the lowest")

        flat("CPU per request flat from 1 to 1,000 connections (25 %)", ("connections-1", "hello", "connections-1000"))
        flat("CPU per request flat from 1 to 50 workers (25 %)", ("workers-1", "workers-50"))
