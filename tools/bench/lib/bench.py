# SPDX-License-Identifier: Apache-2.0
"""Runs setups and their scenarios: starts every server of a setup, and puts load on them in turn, round by round."""
import os
import random
import time
from dataclasses import dataclass, field, replace

from lib import http_check, load, proc
from lib.install import BENCH, bundle, find_program, say
from lib.peers import Cannot, Place, nginx_config
from lib.scenarios import ORIGIN_FILES
from lib.setups import SETUPS

# Below the ports that the kernel gives away, so that nobody gets one by chance.
PORTS = range(20_000, 32_000)
START_ATTEMPTS = 3
OUT_OF_TIME = "the time was over"


@dataclass
class Options:
    rounds: int
    seconds: float
    warm_s: float
    server_core: int
    load_core: int
    idle_connections: int
    deadline: float = float("inf")  # time.monotonic(): nothing new is begun after it


@dataclass
class Results:
    samples: dict = field(default_factory=dict)  # {(scenario, peer): {metric: [value of each round]}}
    reasons: dict = field(default_factory=dict)  # {(scenario, peer): why there are none}
    launches: dict = field(default_factory=dict)  # {(setup, peer): (command, {file: text})}
    loads: dict = field(default_factory=dict)  # {scenario: the load's command}
    notes: list = field(default_factory=list)  # lines of Markdown
    load_averages: list = field(default_factory=list)

    def add(self, scenario, peer, **metrics):
        row = self.samples.setdefault((scenario, peer), {})
        for metric, value in metrics.items():
            row.setdefault(metric, []).append(value)

    def of(self, scenario, peer, metric):
        return self.samples.get((scenario, peer), {}).get(metric, [])


class Server:
    def __init__(self, peer, child, port):
        self.peer = peer
        self.child = child
        self.port = port
        self.url = f"http://127.0.0.1:{port}"


def free_port():
    while http_check.accepts(port := random.choice(PORTS)):
        pass
    return port


class Bench:
    def __init__(self, children, packages, peers, options, work):
        self.children = children
        self.packages = packages
        self.peers = peers
        self.options = options
        self.work = work
        self.results = Results()
        self.origin = 0

    def out_of_time(self):
        return time.monotonic() > self.options.deadline

    def worker(self, setup):
        source = os.path.join(BENCH, "workers", setup.worker)
        if not setup.bundled:
            return source
        target = os.path.join(self.work, "bundles", setup.worker)
        if not os.path.exists(target):
            reason = bundle(self.packages, source, target)
            if reason:
                raise Cannot(reason)
        return target

    def start_origin(self):
        """nginx with files, on the load's core."""
        nginx = find_program("nginx")
        if not nginx:
            raise Cannot("the origin is nginx, which is missing: apt-get install nginx-light")
        folder = os.path.join(self.work, "origin")
        os.makedirs(folder, exist_ok=True)
        for name, size in ORIGIN_FILES.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(b"x" * size)
        port = free_port()
        config = os.path.join(folder, "nginx.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(nginx_config(folder, port, f"root {folder};",
                                    "sendfile on; tcp_nopush on; open_file_cache max=16;"))
        child = self.children.start("origin", [nginx, "-e", os.path.join(folder, "nginx.err"), "-c", config],
                                    self.options.load_core, folder)
        http_check.wait_until_ready(child, port)
        self.origin = port

    def launch(self, setup, peer, port=0, worker=None):
        """Starts a server, without waiting for it."""
        port = port or free_port()
        folder = os.path.join(self.work, setup.name, f"{peer.name}-{port}")
        os.makedirs(folder)
        place = Place(setup, port, folder, worker or self.worker(setup), self.origin)
        launch = peer.prepare(place)
        files = {}
        for name in os.listdir(folder):
            if name.endswith((".capnp", ".conf", ".json")):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    files[name] = file.read()
        environment = ["env", *(f"{name}={value}" for name, value in launch.env.items())] if launch.env else []
        self.results.launches[setup.name, peer.name] = (environment + launch.command, files)
        child = self.children.start(peer.name, launch.command, self.options.server_core, folder, launch.env)
        return Server(peer, child, port)

    def start(self, setup, peer):
        """Starts a server and waits until it listens; once more on another port where that failed."""
        for attempt in range(START_ATTEMPTS):
            server = self.launch(setup, peer)
            try:
                http_check.wait_until_ready(server.child, server.port)
                return server
            except http_check.WrongAnswer:
                self.children.stop(server.child)
                if attempt == START_ATTEMPTS - 1:
                    raise
        return None

    def run_setup(self, name, scenarios):
        """All scenarios that share a setup, on servers that are started once."""
        setup = SETUPS[name]
        if self.out_of_time():
            for peer in self.peers:
                self.refuse(scenarios, peer, OUT_OF_TIME)
            return
        servers = []
        origin_child = None
        try:
            worker_reason = ""
            try:
                self.worker(setup)
                if setup.proxy:
                    self.start_origin()
                    origin_child = self.children.running[-1]
            except (Cannot, http_check.WrongAnswer) as reason:
                worker_reason = str(reason)
            for peer in self.peers:
                try:
                    if worker_reason:
                        raise Cannot(worker_reason)
                    servers.append(self.start(setup, peer))
                except (Cannot, http_check.WrongAnswer) as reason:
                    self.refuse(scenarios, peer, reason)
            for scenario in scenarios:
                self.run_scenario(scenario, servers)
        finally:
            for server in servers:
                self.children.stop(server.child)
            if origin_child:
                self.children.stop(origin_child)
                self.origin = 0

    def refuse(self, scenarios, peer, reason):
        for scenario in scenarios:
            self.results.reasons[scenario.name, peer.name] = str(reason)
        say(f"{', '.join(scenario.name for scenario in scenarios)}: {peer.name} cannot: {reason}")

    def request_for(self, scenario):
        if not scenario.passes_host:
            return scenario.request
        return replace(scenario.request, headers={**scenario.request.headers, "Host": f"127.0.0.1:{self.origin}"})

    def run_scenario(self, scenario, servers):
        request = self.request_for(scenario)
        going = []
        for server in servers:
            if self.attempt(scenario, server, lambda server=server: self.warm(scenario, request, server)):
                going.append(server)
        for _ in range(self.options.rounds):
            for server in list(going):
                if not self.attempt(scenario, server, lambda server=server: self.measure(scenario, request, server)):
                    going.remove(server)

    def attempt(self, scenario, server, work):
        """Runs `work`; where it fails, the scenario has a reason for this peer instead of figures."""
        if self.out_of_time():
            reason = OUT_OF_TIME
        else:
            try:
                work()
                return True
            except (http_check.WrongAnswer, load.LoadError, OSError) as error:
                reason = str(error)
        key = (scenario.name, server.peer.name)
        if not (reason == OUT_OF_TIME and key in self.results.samples):
            self.results.samples.pop(key, None)
            self.results.reasons[key] = reason
            say(f"{scenario.name}: {server.peer.name}: {reason}")
        return False

    def load_command(self, scenario, request, server, seconds):
        return load.command(request, server.url, scenario.connections, seconds, scenario.pipelined, self.work)

    def warm(self, scenario, request, server):
        for path in scenario.seeds:
            status, _, body = http_check.ask(server.port, request, path, "POST", timeout=300)
            if status != 200:
                raise http_check.WrongAnswer(f"seeding {path}: {status} {body[:200]!r}")
        http_check.check(server.port, scenario, request)
        seconds = self.options.warm_s
        if seconds:
            load.run(self.load_command(scenario, request, server, seconds), seconds, self.options.load_core)

    def measure(self, scenario, request, server):
        http_check.check(server.port, scenario, request)
        seconds = self.options.seconds
        command = self.load_command(scenario, request, server, seconds)
        self.results.loads[scenario.name] = command
        before = proc.cpu(server.child.pid)
        result = load.run(command, seconds, self.options.load_core)
        used = proc.cpu(server.child.pid) - before
        self.results.load_averages.append(os.getloadavg()[0])
        per = result.requests
        user, system, mib = used.user_us / per, used.system_us / per, result.bytes_per_s / 2**20
        self.results.add(scenario.name, server.peer.name, user_us=user, system_us=system, cpu_us=user + system,
                         rps=result.rps, mib_per_s=mib, p50_ms=result.p50_ms, p99_ms=result.p99_ms,
                         rss_mb=proc.rss_mb(server.child.pid))
        say(f"{scenario.name}: {server.peer.name}: user {user:.2f} us, system {system:.2f} us, "
            f"{result.rps:,.0f} requests/s, {mib:,.1f} MiB/s")
