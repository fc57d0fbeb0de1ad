# SPDX-License-Identifier: Apache-2.0
"""The command line of tools/bench/run."""
import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

from lib import install, machine, single
from lib.bench import Bench, Options
from lib.children import Children
from lib.install import BENCH, say
from lib.peers import all_peers
from lib.report import Report
from lib.scenarios import SCENARIOS
from lib.stats import median, number

TREE = os.path.dirname(os.path.dirname(BENCH))
HOW_TO_BUILD = ("cmake --preset release && ninja -C build/release "
                "sedge sedge_floor sedge_hello sedge_idle sedge_startup")
QUICK_S = 110  # after so long nothing new is begun, so that the whole takes two minutes
SINGLE = {"start": single.measure_start, "cold": single.measure_cold, "memory": single.measure_memory}
# In a quick run these are asked about KV alone.
QUICK_ONLY_KV = ("miniflare",)


def parse(arguments):
    names = [scenario.name for scenario in SCENARIOS] + list(SINGLE)
    parser = argparse.ArgumentParser(
        prog="tools/bench/run",
        description="Measures sedge against workerd, miniflare, Deno, Bun, Node, nginx and the floor that C reaches: "
        "the server on one core, the load on another, rounds of all servers interleaved.",
        epilog=f"Scenarios: {', '.join(names)}. Needs a release build: {HOW_TO_BUILD}. Timings are not tests: only "
        "ratios within one run mean something.")
    parser.add_argument("--scenario", action="append", metavar="NAME", choices=names, help="only this one; repeatable")
    parser.add_argument("--peer", action="append", metavar="NAME", help="only sedge and this one; repeatable")
    parser.add_argument("--rounds", type=int, default=5, help="of every scenario (5)")
    parser.add_argument("--seconds", type=float, default=3.0, help="of load in a round (3)")
    parser.add_argument("--quick", action="store_true",
                        help="one short round of everything, in two minutes: a look, no figures to keep")
    parser.add_argument("--install", action="store_true",
                        help="only install the peers, and print the folder of their npm packages")
    parser.add_argument("--out", metavar="FOLDER", help="for the results (build/bench/TIME)")
    parser.add_argument("--build", metavar="FOLDER", default=os.path.join(TREE, "build", "release"),
                        help="the release build (build/release)")
    parser.add_argument("--sedge", metavar="PATH", help="another binary than that of the build")
    parser.add_argument("--cores", metavar="SERVER,LOAD", help="the two cores (the first two that are allowed)")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("--rounds and --seconds must be more than 0")
    return options


def cores(text):
    allowed = sorted(os.sched_getaffinity(0))
    chosen = [int(core) for core in text.split(",")] if text else allowed[:2]
    if len(chosen) != 2 or chosen[0] == chosen[1] or not set(chosen) <= set(allowed):
        sys.exit(f"bench: needs two cores of {allowed}, one for the server and one for the load: --cores 0,1")
    return chosen


def programs_of(options):
    beside = os.path.join(options.build, "tools", "bench")
    names = ("sedge_floor", "sedge_hello", "sedge_idle", "sedge_startup")
    programs = {name: os.path.join(beside, name) for name in names}
    programs["sedge"] = os.path.abspath(options.sedge or os.path.join(options.build, "sedge"))
    if not os.access(programs["sedge"], os.X_OK):
        sys.exit(f"bench: {programs['sedge']} is missing; build it with: {HOW_TO_BUILD}")
    return programs


def chosen_peers(options, peers):
    known = {peer.name for peer in peers}
    for name in options.peer or []:
        if name not in known:
            sys.exit(f"bench: there is no peer {name}; there are: {', '.join(sorted(known))}")
    return [peer for peer in peers if not options.peer or peer.name == "sedge" or peer.name in options.peer]


def startup_lines(programs, core):
    """How long an isolate takes, in-process."""
    if not os.access(programs["sedge_startup"], os.X_OK):
        return []
    done = subprocess.run([programs["sedge_startup"], "20"], capture_output=True, text=True, check=False,
                          preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    if done.returncode != 0:
        return []
    ready, _, context, _, bare, _, size = done.stdout.split()
    return [f"- An isolate ready for a worker's code takes sedge {ready} ms, of which V8 itself {bare} ms; a context "
            f"from the snapshot ({int(size) // 1024} KB) {context} ms (`sedge_startup 20`)."]


def run_all(bench, options, programs):
    wanted = set(options.scenario or [scenario.name for scenario in SCENARIOS] + list(SINGLE))
    # One second of short things first: a quick run that runs out of time then lacks a scenario, and not a kind.
    for name, measure in SINGLE.items():
        if name not in wanted:
            continue
        if name == "start":
            bench.results.notes += startup_lines(programs, bench.options.server_core)
        rounds = 1 if options.quick else max(options.rounds, 5) if name == "start" else options.rounds
        if name == "memory":
            measure(bench, rounds, programs["sedge_idle"])
        else:
            measure(bench, rounds)
    setups = list(dict.fromkeys(scenario.setup for scenario in SCENARIOS if scenario.name in wanted))
    everyone = bench.peers
    for setup in setups:
        left_out = QUICK_ONLY_KV if options.quick and setup != "kv" else ()
        bench.peers = [peer for peer in everyone if peer.name not in left_out]
        bench.run_setup(setup, [scenario for scenario in SCENARIOS
                                if scenario.setup == setup and scenario.name in wanted])
    bench.peers = everyone


def header(bench, options, started):
    load_average = median(bench.results.load_averages) if bench.results.load_averages else os.getloadavg()[0]
    quick = " A quick run: one short round, so no figures to keep." if options.quick else ""
    versions = [f"{peer.name} {peer.version}" for peer in bench.peers if not peer.missing]
    tools = [f"{name} {version}" for name, version in machine.load_programs().items()]
    now = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
    settings = bench.options
    return [
        f"{now} UTC, {time.monotonic() - started:.0f} s.{quick} Ratios within this run are what counts.",
        "",
        f"- {machine.cpu_model()}, {os.cpu_count()} cores (governor: {machine.governor()}); {machine.system()}; "
        f"load average {number(load_average)}",
        f"- server on core {settings.server_core}, load and origin on core {settings.load_core}; medians of "
        f"{settings.rounds} interleaved rounds of {settings.seconds:g} s; spread: (highest - lowest) / median of the "
        "first column",
        f"- source tree at {machine.commit(TREE)}; {'; '.join(versions)}",
        f"- {'; '.join(tools)}",
        "- CPU times and RSS are those of the server's whole process tree, from /proc. Requests/s of the fastest are "
        "bounded by the load's core",
        *bench.results.notes,
    ]


def install_only():
    reasons = list(install.install_debian().values())
    packages = install.install_packages()
    for reason in [*reasons, packages.missing]:
        if reason:
            say(reason)
    print("" if packages.missing else packages.folder)
    return 1 if packages.missing else 0


def main(arguments):
    options = parse(arguments)
    if options.install:
        return install_only()
    started = time.monotonic()
    server_core, load_core = cores(options.cores)
    programs = programs_of(options)
    missing = install.install_debian()
    if "wrk" in missing:
        sys.exit(f"bench: {missing['wrk']}")
    packages = install.install_packages()
    peers = chosen_peers(options, all_peers(programs, packages))
    for peer in peers:
        if peer.missing:
            say(f"{peer.name}: {peer.missing}")
    # Installing is not part of a quick run's two minutes.
    if options.quick:
        settings = Options(rounds=1, seconds=0.6, warm_s=0, idle_connections=1_000, server_core=server_core,
                           load_core=load_core, deadline=time.monotonic() + QUICK_S)
    else:
        settings = Options(rounds=options.rounds, seconds=options.seconds, warm_s=min(2.0, options.seconds),
                           idle_connections=5_000, server_core=server_core, load_core=load_core)
    now = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    out = os.path.abspath(options.out or os.path.join(TREE, "build", "bench", now))
    work = tempfile.mkdtemp(prefix="sedge-bench-")
    os.chmod(work, 0o755)  # nginx's worker may be another user
    # For 5,000 connections; every server inherits it.
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    try:
        with Children() as children:
            os.sched_setaffinity(0, {load_core})
            bench = Bench(children, packages, peers, settings, work)
            stopped = False
            try:
                run_all(bench, options, programs)
            except KeyboardInterrupt:
                stopped = True
                say("stopped; what was measured until now is written")
            children.stop_all()
            Report(bench.results, peers, header(bench, options, started),
                   partial=bool(options.scenario or options.peer)).write(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    say(f"results: {out}/report.md")
    return 130 if stopped else 0
