# SPDX-License-Identifier: Apache-2.0
"""What `sedge test` takes: for 1,000 trivial tests, in one file and in 20, and until the first result is printed."""
import argparse
import os
import re
import sys
import tempfile
import time

from lib.children import Children
from lib.cli import TREE, cores
from lib.install import say
from lib.machine import cpu_model, system
from lib.stats import median, number, spread, percent

TESTS = 1_000
FILES = 20
PATIENCE_S = 60
LOOK_S = 0.0002


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="tools/bench/tests",
        description="The time of 1,000 trivial tests, and of the first result, from the start of `sedge test`: it has "
        "one core, who looks at its output another. Timings are not tests: they are about this machine now.")
    parser.add_argument("--rounds", type=int, default=10, help="of each, in turns (10)")
    parser.add_argument("--sedge", metavar="PATH", default=os.path.join(TREE, "build", "release", "sedge"),
                        help="the binary (build/release/sedge)")
    parser.add_argument("--cores", metavar="TEST,LOOK", help="the two cores (the first two that are allowed)")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds must be more than 0")
    if not os.access(options.sedge, os.X_OK):
        sys.exit(f"bench: {options.sedge} is missing; build it with: tools/build.sh sedge")
    return options


def write_tests(folder, files, count):
    """`count` tests in `files` files, of a worker that answers."""
    os.makedirs(folder)
    with open(os.path.join(folder, "index.js"), "w", encoding="utf-8") as file:
        file.write('export default { fetch() { return new Response("hello"); } };\n')
    for i in range(files):
        with open(os.path.join(folder, f"{i}.test.js"), "w", encoding="utf-8") as file:
            file.write('import { test, expect } from "sedge:test";\n')
            file.writelines(f'test("test {k}", () => expect({k} + 1).toBe({k + 1}));\n' for k in range(count // files))


def run_once(children, sedge, folder, core, count):
    """Milliseconds until the first result is printed, and until the end."""
    begin = time.monotonic()
    child = children.start("tests", [sedge, "test", folder], core, os.path.dirname(folder))
    out = os.path.join(child.folder, "tests.out")
    first = None
    while child.alive():
        now = time.monotonic()
        if first is None and os.stat(out).st_size > 0:
            first = now - begin
        if now - begin > PATIENCE_S:
            break
        time.sleep(LOOK_S)
    end = time.monotonic() - begin
    children.stop(child)
    with open(out, encoding="utf-8") as file:
        text = file.read()
    if child.process.returncode != 0 or not re.search(rf"Tests {count} passed \({count}\)", text):
        sys.exit(f"bench: not all of {count} tests passed:\n{child.log()}")
    return (first if first is not None else end) * 1000, end * 1000


def main(arguments):
    options = parse(arguments)
    core, own_core = cores(options.cores)
    sedge = os.path.abspath(options.sedge)
    # (what, files, tests, which of the two times)
    rows = [("1 test: the first result", 1, 1, 0), ("1 test", 1, 1, 1), (f"{TESTS:,} tests in one file", 1, TESTS, 1),
            (f"{TESTS:,} tests in {FILES} files", FILES, TESTS, 1)]
    samples = {row: [] for row in rows}
    with tempfile.TemporaryDirectory(prefix="sedge-bench-") as work, Children() as children:
        os.sched_setaffinity(0, {own_core})
        for files, count in sorted({row[1:3] for row in rows}):
            write_tests(os.path.join(work, f"{files}-{count}", "tests"), files, count)
        for done in range(options.rounds):
            for shape in sorted({row[1:3] for row in rows}):
                folder = os.path.join(work, "{}-{}".format(*shape), "tests")
                times = run_once(children, sedge, folder, core, shape[1])
                for row in rows:
                    if row[1:3] == shape:
                        samples[row].append(times[row[3]])
            say(f"round {done + 1} of {options.rounds}")
    print(f"{cpu_model()}, {system()}; medians of {options.rounds}; load average {os.getloadavg()[0]:.1f}\n")
    print("| from the start of the command | ms | spread |\n|---|---|---|")
    for row, values in samples.items():
        print(f"| {row[0]} | {number(median(values))} | {percent(spread(values))} |")
    return 0
