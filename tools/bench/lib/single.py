# SPDX-License-Identifier: Apache-2.0
"""What is not a load: start to first response, a cold worker, memory."""
import os
import socket
import subprocess
import time

from lib import http_check, load, proc
from lib.bench import OUT_OF_TIME
from lib.install import say
from lib.load import Request
from lib.peers import Cannot
from lib.setups import HELLO, ROUTED_HOST, SETUPS

FIRST_S = 60
ASK = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


def first_response(server):
    """Seconds until a GET is answered, asked again and again while the connection is refused."""
    begin = time.monotonic()
    while True:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=FIRST_S) as connection:
                connection.sendall(ASK)
                answer = connection.recv(4096)
            took = time.monotonic() - begin
            if b" 200 " not in answer[:16]:
                raise http_check.WrongAnswer(f"the first answer is {answer[:40]!r}")
            return took
        except OSError:
            if not server.child.alive() or time.monotonic() - begin > FIRST_S:
                raise http_check.WrongAnswer(f"no first answer: {server.child.log()[-300:]}") from None
            time.sleep(0.0002)


def each_round(bench, name, rounds, measure):
    """Calls `measure(peer)` for every peer in every round; a peer that cannot gets its reason."""
    going = list(bench.peers)
    for _ in range(rounds):
        for peer in list(going):
            try:
                if bench.out_of_time():
                    raise Cannot(OUT_OF_TIME)
                measure(peer)
            except (Cannot, http_check.WrongAnswer, OSError) as reason:
                going.remove(peer)
                if (name, peer.name) not in bench.results.samples:
                    bench.results.reasons[name, peer.name] = str(reason)
                    say(f"{name}: {peer.name} cannot: {reason}")


def measure_start(bench, rounds):
    def once(peer):
        server = bench.launch(HELLO, peer)
        try:
            # The program is loaded, and has run nothing yet: of the kernel's exec() all but its end is over.
            took = first_response(server)
            used = proc.cpu(server.child.pid)
        finally:
            bench.children.stop(server.child)
        bench.results.add("start", peer.name, start_ms=took * 1000, start_cpu_ms=(used.user_us + used.system_us) / 1000)
        say(f"start: {peer.name}: {took * 1000:.1f} ms")

    each_round(bench, "start", rounds, once)


def measure_cold(bench, rounds):
    """The first request to each of 50 workers, and what a 51st costs at start."""
    def ready_ms(peer, setup):
        server = bench.launch(setup, peer)
        begin = time.monotonic()
        try:
            http_check.wait_until_ready(server.child, server.port)
        except http_check.WrongAnswer:
            bench.children.stop(server.child)
            raise
        return server, (time.monotonic() - begin) * 1000

    def first_ms(server, index):
        begin = time.monotonic()
        status, _, body = http_check.ask(server.port, Request([f"/w{index}/"], headers={"Host": ROUTED_HOST}))
        if status != 200 or body != f"worker {index}".encode():
            raise http_check.WrongAnswer(f"worker {index}: {status} {body[:200]!r}")
        return (time.monotonic() - begin) * 1000

    def once(peer):
        count = SETUPS["workers-50"].copies
        one, one_ms = ready_ms(peer, SETUPS["workers-1"])
        bench.children.stop(one.child)
        server, all_ms = ready_ms(peer, SETUPS["workers-50"])
        try:
            first = sorted(first_ms(server, i) for i in range(count))
            again = sorted(first_ms(server, i) for i in range(count))
            rss = proc.rss_mb(server.child.pid)
        finally:
            bench.children.stop(server.child)
        loading = max(0.0, all_ms - one_ms) / (count - 1)
        cold = first[count // 2] - again[count // 2]
        bench.results.add("cold", peer.name, load_ms=loading, first_ms=first[count // 2], warm_ms=again[count // 2],
                          cold_ms=loading + max(0.0, cold), rss_mb=rss)
        say(f"cold: {peer.name}: {loading:.2f} ms per worker at start, first request {first[count // 2]:.2f} ms, "
            f"second {again[count // 2]:.2f} ms")

    each_round(bench, "cold", rounds, once)


def measure_memory(bench, rounds, idle_program):
    """After the first response, after a load and a rest, and what idle connections add to a server that had no load.
    sedge_idle rests for three seconds twice, so that the other server has rested, too."""
    seconds = bench.options.seconds

    def begin_idle(server):
        pids = ",".join(map(str, proc.tree(server.child.pid)))
        return subprocess.Popen([idle_program, str(server.port), pids, str(bench.options.idle_connections)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                preexec_fn=lambda: os.sched_setaffinity(0, {bench.options.load_core}))

    def idle_bytes(process):
        out, err = process.communicate(timeout=FIRST_S)
        if process.returncode != 0:
            raise http_check.WrongAnswer(f"idle connections: {err.strip()[:200]}")
        return float(out)

    def put_load_on(server):
        command = load.command(Request(), server.url, 64, seconds, 0, bench.work)
        load.run(command, seconds, bench.options.load_core)

    def begin(peer):
        """(a server with load behind it, one without, memory of the first before it)"""
        servers = []
        try:
            servers.append(bench.start(HELLO, peer))
            servers.append(bench.start(HELLO, peer))
            first_response(servers[0])
            start_mb = proc.rss_mb(servers[0].child.pid)
            put_load_on(servers[0])
            return servers[0], servers[1], start_mb
        except (Cannot, http_check.WrongAnswer, load.LoadError, OSError) as reason:
            for server in servers:
                bench.children.stop(server.child)
            bench.results.reasons["memory", peer.name] = str(reason)
            say(f"memory: {peer.name} cannot: {reason}")
            return None

    # Resting takes most of the time, so all rest together.
    for _ in range(rounds):
        if bench.out_of_time():
            for peer in bench.peers:
                bench.results.reasons.setdefault(("memory", peer.name), OUT_OF_TIME)
            break
        going = [begun for peer in bench.peers if (begun := begin(peer))]
        idle = [begin_idle(unloaded) for _, unloaded, _ in going]
        for (loaded, unloaded, start_mb), process in zip(going, idle):
            name = loaded.peer.name
            idle_mb = None
            try:
                idle_mb = idle_bytes(process) * 1000 / 2**20
            except (http_check.WrongAnswer, subprocess.TimeoutExpired) as reason:
                process.kill()
                bench.results.reasons["memory", name] = f"{reason}"
            loaded_mb = proc.rss_mb(loaded.child.pid)
            bench.results.add("memory", name, start_mb=start_mb, loaded_mb=loaded_mb, idle_mb=idle_mb)
            say(f"memory: {name}: {start_mb:.1f} MB after start, {loaded_mb:.1f} MB after load, "
                f"{'?' if idle_mb is None else f'{idle_mb:.2f}'} MB per 1,000 idle connections")
            for server in (loaded, unloaded):
                bench.children.stop(server.child)
