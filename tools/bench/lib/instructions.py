# SPDX-License-Identifier: Apache-2.0
"""The command line of tools/bench/instructions: the check that a request costs no more instructions than before."""
import argparse
import json
import os
import platform
import shutil
import sys
import tempfile

from lib import callgrind
from lib.children import Children
from lib.install import BENCH

STORED = os.path.join(BENCH, "instructions.json")
TREE = os.path.dirname(os.path.dirname(BENCH))
TOLERANCE = 0.05
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
RENEW = "tools/bench/instructions --update"


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="tools/bench/instructions",
        description="Counts instructions per request with callgrind, and fails where they are more than "
        f"5 % above those of {os.path.relpath(STORED, TREE)}. Counts depend on compiler, V8, type of build and "
        "processor: each has its own.",
        epilog=f"To renew the counts, or add those of another compiler or V8: {RENEW}")
    parser.add_argument("scenario", nargs="*", help=f"only these (all of: {', '.join(callgrind.NAMES)})")
    parser.add_argument("--build", metavar="FOLDER", default=os.path.join(TREE, "build", "release"),
                        help="the build (build/release)")
    parser.add_argument("--sedge", metavar="PATH", help="another binary than that of the build")
    parser.add_argument("--key", help="which counts to compare with (that of the build)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many scenarios at once (one per core)")
    parser.add_argument("--update", action="store_true", help="store what is counted")
    options = parser.parse_args(arguments)
    unknown = set(options.scenario) - set(callgrind.NAMES)
    if unknown:
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}; there are: {', '.join(callgrind.NAMES)}")
    return options


def processor():
    """V8 and the C library choose code by what the processor can do; valgrind lets AVX2 through, and nothing beyond."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return platform.machine() + ("-avx2" if " avx2 " in file.read() else "")
    except OSError:
        return platform.machine()


def key_of(build):
    """Such as "GNU 12, V8 10.2, Release, x86_64-avx2", as the build's configuration says."""
    path = os.path.join(build, "tools", "bench", "instructions_key.txt")
    with open(path, encoding="utf-8") as file:
        return f"{file.read().strip()}, {processor()}"


def load_stored(path=STORED):
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def judge(counted, stored):
    """(whether it is good, a line that says so)"""
    if stored is None:
        return False, "nothing is stored to compare with"
    change = counted / stored - 1
    if change > TOLERANCE:
        return False, f"{change * 100:+.1f} % of {stored:,}: more than {TOLERANCE * 100:.0f} % above"
    note = "; renew the stored count, so that it holds what was gained" if change < -TOLERANCE else ""
    return True, f"{change * 100:+.1f} % of {stored:,}{note}"


def skip(reason):
    print(f"skipped: {reason}")
    return SKIPPED


def main(arguments):
    options = parse(arguments)
    for program in ("valgrind", "vgdb"):
        if not shutil.which(program):
            return skip(f"{program} is missing: apt-get install valgrind")
    key = options.key or key_of(options.build)
    everything = load_stored()
    stored = everything.get(key)
    if stored is None and not options.update:
        known = "; ".join(everything) or "nothing"
        return skip(f'no counts are stored for "{key}", only for: {known}. Store them with: {RENEW}')
    sedge = os.path.abspath(options.sedge or os.path.join(options.build, "sedge"))
    if not os.access(sedge, os.X_OK):
        sys.exit(f"instructions: {sedge} is missing; build it with: tools/build.sh sedge")
    names = options.scenario or callgrind.NAMES
    counts, good = {}, True
    work = tempfile.mkdtemp(prefix="sedge-instructions-")
    try:
        with Children() as children:
            for start in range(0, len(names), max(1, options.jobs)):
                some = names[start:start + max(1, options.jobs)]
                for name, count, batches in callgrind.measure(children, sedge, BENCH, work, some):
                    counts[name] = count
                    fine, line = (True, "stored") if options.update else judge(count, stored.get(name))
                    good &= fine
                    print(f"{name}: {count:,} instructions per request (batches of {min(batches):,.0f} to "
                          f"{max(batches):,.0f}): {line}", flush=True)
    except callgrind.Failed as error:
        sys.exit(f"instructions: {error}")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if options.update:
        everything[key] = {**(stored or {}), **counts}
        with open(STORED, "w", encoding="utf-8") as file:
            json.dump(everything, file, indent=2, sort_keys=True)
            file.write("\n")
    if not good:
        print(f'A request costs more than it did for "{key}". Where that is meant to be, say why in the commit, and '
              f"renew with: {RENEW}")
    return 0 if good else 1
