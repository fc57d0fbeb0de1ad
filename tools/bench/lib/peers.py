# SPDX-License-Identifier: Apache-2.0
"""How each server is started for a setup. A peer's `launch` writes configuration into a folder and gives a Launch, or
raises Cannot with the reason."""
import json
import os
import subprocess
from dataclasses import dataclass, field

from lib.install import BENCH, find_program
from lib.setups import ROUTED_HOST

ADAPTERS = os.path.join(BENCH, "adapters")
COMPATIBILITY_DATE = "2026-04-01"


class Cannot(Exception):
    pass


@dataclass
class Launch:
    command: list
    env: dict = field(default_factory=dict)


@dataclass
class Place:
    """Where one server of a setup runs."""
    setup: object
    port: int
    folder: str
    worker: str  # path of the worker's file, bundled where it has to be
    origin: int  # port of the origin; 0 where there is none

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


def _first_line(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().splitlines()[0] if (done.stdout or done.stderr).strip() else "?"


class Peer:
    script = True  # runs workers, so that it counts among the peers of JavaScript
    kv = "it has no KV binding"
    copies = "one process serves one worker"

    def __init__(self, name, program, version, missing=""):
        self.name = name
        self.program = program
        self.version = version
        self.missing = missing

    def prepare(self, place):
        if self.missing:
            raise Cannot(self.missing)
        if place.setup.kv and self.kv:
            raise Cannot(self.kv)
        if place.setup.copies and self.copies:
            raise Cannot(self.copies)
        return self.launch(place)


class Sedge(Peer):
    kv = copies = ""

    def launch(self, place):
        if place.setup.copies:
            paths = []
            for i in range(place.setup.copies):
                place.write(f"w{i}/wrangler.toml", f'name = "w{i}"\nmain = "{place.worker}"\n'
                                                   f'route = "{ROUTED_HOST}/w{i}/*"\n[vars]\nNUMBER = "{i}"\n')
                paths.append(os.path.join(place.folder, f"w{i}"))
        else:
            paths = [place.worker]
        command = [self.program, "serve", *paths, "--port", str(place.port), "--threads", "1",
                   "--data-dir", os.path.join(place.folder, "data")]
        if place.setup.kv:
            command += ["--kv", "KV=bench"]
        if place.setup.proxy:
            command += ["--origin", f"http://127.0.0.1:{place.origin}"]
        return Launch(command)


class Workerd(Peer):
    kv = "workerd's KV is a protocol that another program has to answer: see miniflare"
    copies = ""

    def launch(self, place):
        def worker(more=""):
            return (f'(modules = [(name = "worker.js", esModule = embed "{os.path.basename(place.worker)}")], '
                    f'compatibilityDate = "{COMPATIBILITY_DATE}"{more})')

        with open(place.worker, encoding="utf-8") as file:
            place.write(os.path.basename(place.worker), file.read())
        services = []
        if place.setup.copies:
            bindings = []
            for i in range(place.setup.copies):
                number = f', bindings = [(name = "NUMBER", text = "{i}")]'
                services.append(f'(name = "w{i}", worker = {worker(number)})')
                bindings.append(f'(name = "w{i}", service = "w{i}")')
            with open(os.path.join(ADAPTERS, "router.js"), encoding="utf-8") as file:
                place.write("router.js", file.read())
            services.append('(name = "main", worker = (modules = [(name = "router.js", esModule = embed "router.js")], '
                            f'compatibilityDate = "{COMPATIBILITY_DATE}", bindings = [{", ".join(bindings)}]))')
        elif place.setup.proxy:
            services.append('(name = "main", worker = ' + worker(', globalOutbound = "origin"') + ")")
            services.append(f'(name = "origin", external = (address = "127.0.0.1:{place.origin}", http = ()))')
        else:
            services.append(f'(name = "main", worker = {worker()})')
        socket = f'(name = "http", address = "127.0.0.1:{place.port}", http = (), service = "main")'
        listed = ",\n    ".join(services)
        config = ('using Workerd = import "/workerd/workerd.capnp";\nconst config :Workerd.Config = (\n'
                  f"  services = [\n    {listed}\n  ],\n  sockets = [{socket}]\n);\n")
        return Launch([self.program, "serve", place.write("config.capnp", config)])


class Miniflare(Peer):
    kv = copies = ""

    def __init__(self, name, program, version, packages, missing=""):
        super().__init__(name, program, version, missing)
        self.packages = packages

    def launch(self, place):
        if place.setup.proxy:
            raise Cannot("it is workerd behind a proxy in Node: measured as workerd")
        options = {"host": "127.0.0.1", "port": place.port}
        worker = {"modules": True, "modulesRoot": "/", "scriptPath": place.worker,
                  "compatibilityDate": COMPATIBILITY_DATE}
        if place.setup.copies:
            options["workers"] = [
                {**worker, "name": f"w{i}", "routes": [f"{ROUTED_HOST}/w{i}/*"], "bindings": {"NUMBER": str(i)}}
                for i in range(place.setup.copies)]
        else:
            options |= worker
        if place.setup.kv:
            options |= {"kvNamespaces": {"KV": "bench"}, "kvPersist": os.path.join(place.folder, "data")}
        config = place.write("options.json", json.dumps(options, indent=1))
        return Launch([self.program, os.path.join(ADAPTERS, "miniflare.mjs"), self.packages, config])


class Adapted(Peer):
    """Deno, Bun and Node: a few lines of adapters/ serve the worker."""

    def __init__(self, name, program, version, *, before=(), after=(), plain_request=False, env=None, missing=""):
        super().__init__(name, program, version, missing)
        self.before = before
        self.after = after
        self.plain_request = plain_request  # see adapters/context.mjs
        self.env = env or {}

    def launch(self, place):
        adapter = os.path.join(ADAPTERS, f"{self.name}.mjs")
        more = ["--plain-request"] if place.setup.proxy and self.plain_request else []
        command = [self.program, *self.before, adapter, place.worker, str(place.port), *self.after, *more]
        return Launch(command, self.env)


class Native(Peer):
    """The programs beside sedge that answer hello without a script: the floor, and sedge's own HTTP server."""
    script = False

    def launch(self, place):
        if not place.setup.floor:
            raise Cannot("it only says hello")
        return Launch([self.program, str(place.port)])


class Nginx(Peer):
    script = False
    kv = copies = "it runs no workers"

    def launch(self, place):
        if not place.setup.nginx:
            raise Cannot("it runs no workers")
        origin = f"server 127.0.0.1:{place.origin}; keepalive 64; keepalive_requests 1000000000;"
        config = nginx_config(place.folder, place.port, place.setup.nginx,
                              f"upstream origin {{ {origin} }}" if place.setup.proxy else "")
        errors = os.path.join(place.folder, "nginx.err")
        return Launch([self.program, "-e", errors, "-c", place.write("nginx.conf", config)])


def nginx_config(folder, port, server, http=""):
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"  {kind}_temp_path {folder}/{kind};" for kind in kinds)
    return f"""worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.err warn;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_timeout 600s; keepalive_requests 1000000000; default_type application/octet-stream;
{temporary}
  {http}
  server {{ listen 127.0.0.1:{port} backlog=1024; {server} }}
}}
"""


def all_peers(programs, packages):
    """In the order of the tables. `programs` has the paths of sedge and of the programs beside it."""
    def npm(name):
        path = "" if packages.missing else packages.program(name)
        return path, packages.versions.get(name, "?"), packages.missing or ("" if path else f"{name} does not run here")

    def own(path):
        return "" if os.access(path, os.X_OK) else f"{path} is missing: tools/build.sh builds it"

    (workerd, workerd_version, no_workerd), (deno, deno_version, no_deno) = npm("workerd"), npm("deno")
    (bun, bun_version, no_bun), (node, node_version, no_node) = npm("bun"), npm("node")
    nginx = find_program("nginx")
    sedge, hello, floor = (programs[name] for name in ("sedge", "sedge_hello", "sedge_floor"))
    quiet = {"NODE_ENV": "production", "DO_NOT_TRACK": "1", "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"}
    return [
        Sedge("sedge", sedge, _first_line([sedge, "version"]).removeprefix("sedge "), own(sedge)),
        Workerd("workerd", workerd, workerd_version, no_workerd),
        Miniflare("miniflare", node, packages.versions["miniflare"], packages.folder, no_node),
        Adapted("deno", deno, deno_version, before=["run", "--no-config", "--no-lock", "-A"], plain_request=True,
                env=quiet, missing=no_deno),
        Adapted("bun", bun, bun_version, env=quiet, missing=no_bun),
        Adapted("node", node, f"{node_version}, @hono/node-server {packages.versions['@hono/node-server']}",
                after=[packages.folder], plain_request=True, env=quiet, missing=no_node),
        Nginx("nginx", nginx, _first_line([nginx, "-v"]).rpartition("/")[2] if nginx else "",
              "" if nginx else "nginx is missing: apt-get install nginx-light"),
        Native("sedge_hello", hello, "sedge's HTTP server with a handler in C++", own(hello)),
        Native("floor", floor, "libuv and llhttp in C, no checks", own(floor)),
    ]
