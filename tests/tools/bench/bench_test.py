# SPDX-License-Identifier: Apache-2.0
"""What tools/bench parses, judges and writes."""
import json
import os
import sys
import tempfile
import time
import unittest
import xml.dom.minidom

sys.dont_write_bytecode = True
TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(TREE, "tools", "bench"))

from lib import bars, callgrind, instructions, load, proc, scenarios, stats, svg  # noqa: E402
from lib.bench import Results  # noqa: E402
from lib.children import Children  # noqa: E402
from lib.report import Report  # noqa: E402
from lib.setups import SETUPS  # noqa: E402

WRK = """Running 1s test @ http://127.0.0.1:21878/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.57ms    1.74ms  11.88ms   85.77%
    Req/Sec    52.00k    17.04k   72.15k    60.00%
  Latency Distribution
     50%  755.00us
     75%    2.01ms
     90%    3.99ms
     99%    1.25s
  51675 requests in 1.01s, 6.26MB read
Requests/sec:  51261.73
Transfer/sec:      6.21MB
"""
H2LOAD = """finished in 1.00s, 207216.00 req/s, 24.91MB/s
requests: 207216 total, 211120 started, 207216 done, 207216 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 207216 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 24.91MB (26121360) total, 16.88MB (17703280) headers (space savings 0.00%), 2.18MB (2290640) data
"""

DUMP = """events: Ir

fn=(1) uv_run
100 20
cob=(2) /usr/bin/sedge
cfi=(3) timer.cc
cfn=(5) sedge::loop::Timer::Start(unsigned long)::{lambda(uv_timer_s*)#1}::_FUN(uv_timer_s*)
calls=3 28
+4 1000
cfn=(6) sedge::loop::Timer::Start(unsigned long)
calls=3 26
* 77
fn=(7) other
9 9
cfn=(5)
calls=1 28
10 500

totals: 12345
"""


class Peer:
    def __init__(self, name):
        self.name = name


class ProcTest(unittest.TestCase):
    def test_stat_of_a_program_whose_name_has_parentheses_and_spaces(self):
        fields = "S 42 1 1 0 -1 4194560 100 200 0 0 7 3 11 5 20 0 1 0 12345 0 0"
        stat = proc.parse_stat(f"1234 (a (b) c) {fields}\n")
        self.assertEqual(stat.parent, 42)
        tick = proc.TICK_US
        self.assertEqual((stat.user_us, stat.system_us), (7 * tick, 3 * tick))
        self.assertEqual((stat.reaped_user_us, stat.reaped_system_us), (11 * tick, 5 * tick))

    def test_status(self):
        self.assertEqual(proc.parse_status_kb("Name:\tx\nVmHWM:\t  99 kB\nVmRSS:\t  2048 kB\n", "VmRSS"), 2048)
        self.assertEqual(proc.parse_status_kb("Name:\tkthread\n", "VmRSS"), 0)

    def test_descendants(self):
        self.assertEqual(sorted(proc.descendants(2, {1: 0, 2: 1, 3: 2, 4: 3, 5: 1, 6: 2})), [2, 3, 4, 6])

    def test_the_processor_time_of_a_tree_has_that_of_its_children(self):
        with tempfile.TemporaryDirectory() as folder, Children() as children:
            child = children.start("busy", ["sh", "-c", "sh -c 'while :; do :; done'; :"], None, folder)
            deadline = time.monotonic() + 60
            while proc.cpu(child.pid).user_us < 50_000 and time.monotonic() < deadline:
                time.sleep(0.01)
            self.assertGreaterEqual(proc.cpu(child.pid).user_us, 50_000)
            self.assertEqual(len(proc.tree(child.pid)), 2)
            self.assertGreater(proc.rss_mb(child.pid), 0.1)


class ChildrenTest(unittest.TestCase):
    def test_none_outlives_the_block_not_even_one_that_was_left_behind_or_ignores_sigterm(self):
        with tempfile.TemporaryDirectory() as folder:
            with Children() as children:
                stubborn = "sh -c 'trap : TERM; while :; do sleep 1; done' & exit 0"
                orphan = children.start("orphan", ["sh", "-c", stubborn], None, folder)
                children.start("tree", ["sh", "-c", "sleep 1000; :"], None, folder)
                orphan.process.wait()
                deadline = time.monotonic() + 60
                while len(proc.tree(os.getpid())) < 4 and time.monotonic() < deadline:
                    time.sleep(0.01)  # the shells start their own
                self.assertGreaterEqual(len(proc.tree(os.getpid())), 4)
            self.assertEqual(proc.tree(os.getpid()), [os.getpid()])


class LoadTest(unittest.TestCase):
    def test_wrk(self):
        result = load.parse_wrk(WRK)
        self.assertEqual((result.requests, result.rps), (51675, 51261.73))
        self.assertAlmostEqual(result.bytes_per_s, 6.21 * 2**20)
        self.assertAlmostEqual(result.p50_ms, 0.755)
        self.assertAlmostEqual(result.p99_ms, 1250)

    def test_wrk_with_errors(self):
        for line in ("  Non-2xx or 3xx responses: 7", "  Socket errors: connect 0, read 3, write 0, timeout 0"):
            with self.assertRaisesRegex(load.LoadError, line.split(":", maxsplit=1)[0].strip()):
                load.parse_wrk(WRK.replace("Requests/sec", f"{line}\nRequests/sec"))
        with self.assertRaisesRegex(load.LoadError, "no request was answered"):
            load.parse_wrk(WRK.replace("51675 requests", "0 requests"))
        with self.assertRaisesRegex(load.LoadError, "unable to connect"):
            load.parse_wrk("unable to connect to 127.0.0.1:1 Connection refused")

    def test_h2load(self):
        result = load.parse_h2load(H2LOAD)
        self.assertEqual((result.requests, result.rps), (207216, 207216.0))
        self.assertAlmostEqual(result.bytes_per_s, 24.91 * 2**20)
        for wrong in (H2LOAD.replace("0 failed", "3 failed"), H2LOAD.replace("207216 2xx", "207000 2xx")):
            with self.assertRaises(load.LoadError):
                load.parse_h2load(wrong)

    def test_the_script_for_wrk(self):
        self.assertEqual(load.wrk_script(load.Request()), "")
        script = load.wrk_script(load.Request(["/a", "/b"], "PUT", {}, 'x"]=]y'))
        self.assertIn('wrk.body = [==[x"]=]y]==]', script)
        self.assertIn("[=[/b]=]", script)
        self.assertIn("function request()", script)


class ScenariosTest(unittest.TestCase):
    def test_each_has_a_setup_and_a_worker(self):
        for scenario in scenarios.SCENARIOS:
            worker = SETUPS[scenario.setup].worker
            self.assertTrue(os.path.exists(os.path.join(TREE, "tools", "bench", "workers", worker)), worker)
        self.assertEqual(len({scenario.name for scenario in scenarios.SCENARIOS}), len(scenarios.SCENARIOS))

    def test_the_document_has_2_kb(self):
        self.assertEqual(len(scenarios.JSON), 2048)
        self.assertIsInstance(json.loads(scenarios.JSON), dict)

    def test_twenty_headers(self):
        self.assertEqual(sum(map(len, scenarios.HEADERS_IN.values())), 400)
        self.assertEqual(len(scenarios.HEADERS_IN), 20)


class ResultsTest(unittest.TestCase):
    def results(self):
        results = Results()
        for peer, user in (("sedge", 2), ("workerd", 60), ("deno", 4), ("floor", 1)):
            for factor in (0.9, 1, 1.2):
                results.add("hello", peer, user_us=user * factor, cpu_us=user * factor, rps=100 / user, system_us=1,
                            mib_per_s=1, p50_ms=None, p99_ms=1, rss_mb=10)
        results.reasons["hello", "bun"] = "bun is missing"
        results.launches["hello", "sedge"] = (["sedge", "serve", "a b.js"], {"x.toml": "y = 1\n"})
        results.loads["hello"] = ["wrk", "http://127.0.0.1:1/"]
        return results

    def test_bars(self):
        verdicts = {verdict.bar: verdict for verdict in bars.Bars(self.results()).all()}
        self.assertTrue(verdicts["hello: user CPU <= deno's"].kept)
        self.assertIsNone(verdicts["hello: user CPU <= bun's"].kept)
        self.assertTrue(verdicts["hello: user CPU <= 1/15 of workerd's"].kept)
        self.assertTrue(verdicts["hello: user CPU <= the floor's + 1.2 us"].kept)
        results = self.results()
        results.samples["hello", "floor"]["user_us"] = [0.7]
        verdicts = {verdict.bar: verdict for verdict in bars.Bars(results).all()}
        self.assertFalse(verdicts["hello: user CPU <= the floor's + 1.2 us"].kept)

    def test_the_report(self):
        with tempfile.TemporaryDirectory() as folder:
            peers = [Peer(name) for name in ("sedge", "workerd", "deno", "bun", "floor")]
            Report(self.results(), peers, ["of a test"], partial=False).write(folder)
            with open(os.path.join(folder, "report.md"), encoding="utf-8") as file:
                text = file.read()
            self.assertIn("| workerd | 60.0 | 30.0x | 1.00 |", text)
            self.assertIn("- bun: bun is missing", text)
            self.assertIn("`sedge serve 'a b.js'`", text)
            self.assertIn("y = 1", text)
            for name in ("user-cpu", "throughput"):
                xml.dom.minidom.parse(os.path.join(folder, f"{name}.svg"))
            with open(os.path.join(folder, "results.json"), encoding="utf-8") as file:
                self.assertEqual(len(json.load(file)["results"]), 4)

    def test_a_chart_without_bars_is_none(self):
        self.assertEqual(svg.chart("x", "y", [("z", [])], []), "")


class NumbersTest(unittest.TestCase):
    def test_medians_and_spreads(self):
        self.assertEqual(stats.median([3, None, 1, 2]), 2)
        self.assertIsNone(stats.median([None]))
        self.assertAlmostEqual(stats.spread([9, 10, 12]), 0.3)
        numbers = [stats.number(value) for value in (0.123, 12.34, 12345.6, None)]
        self.assertEqual(numbers, ["0.12", "12.3", "12,346", ""])


class InstructionsTest(unittest.TestCase):
    def test_what_fails(self):
        self.assertEqual(instructions.judge(1040, 1000)[0], True)
        self.assertEqual(instructions.judge(1060, 1000)[0], False)
        self.assertEqual(instructions.judge(1000, None)[0], False)
        self.assertIn("renew", instructions.judge(900, 1000)[1])

    def test_a_dump_and_its_timers(self):
        self.assertEqual(callgrind.parse_dump(DUMP), (12345, 1500))
        with self.assertRaises(callgrind.Failed):
            callgrind.parse_dump("events: Ir\n")

    def test_what_is_stored_has_every_scenario(self):
        for key, counts in instructions.load_stored().items():
            self.assertEqual(set(counts), set(callgrind.NAMES), key)


if __name__ == "__main__":
    unittest.main()
