# SPDX-License-Identifier: Apache-2.0
"""Child processes that never outlive the benchmark: each is pinned to a core, and ended with all its descendants."""
import ctypes
import os
import signal
import subprocess
import time

from lib import proc

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
GRACE_S = 3

_libc = ctypes.CDLL(None, use_errno=True)


class Child:
    def __init__(self, name, process, folder):
        self.name = name
        self.process = process
        self.folder = folder
        self.pid = process.pid

    def alive(self):
        return self.process.poll() is None

    def log(self):
        """The last lines of what it wrote."""
        text = ""
        for stream in ("out", "err"):
            with open(os.path.join(self.folder, f"{self.name}.{stream}"), encoding="utf-8", errors="replace") as file:
                text += "".join(file.readlines()[-15:])
        return text.strip()


class Children:
    """`with Children() as children:` ends every one of them on the way out, whatever the reason."""

    def __init__(self):
        self.running = []

    def __enter__(self):
        # What a child leaves behind becomes ours, so that it is found below our own pid.
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        return self

    def __exit__(self, *_):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        # One that is being ended may have started another meanwhile, which is ours then.
        while below := [pid for pid in proc.tree(os.getpid()) if pid != os.getpid()]:
            end(below)
        for child in self.running:
            child.process.poll()

    def start(self, name, command, core, folder, env=None):
        """On `core`, or on any for None. Its output goes into the folder's NAME.out and NAME.err. Returns once the
        program is loaded."""
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, name)
        parent = os.getpid()

        def prepare():
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)
            if core is not None:
                os.sched_setaffinity(0, {core})

        with open(f"{path}.out", "wb") as out, open(f"{path}.err", "wb") as err:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder,
                                       env={**os.environ, **(env or {})}, preexec_fn=prepare)
        child = Child(name, process, folder)
        self.running.append(child)
        return child

    def stop(self, child):
        if child in self.running:
            self.running.remove(child)
            end(proc.tree(child.pid))
            child.process.poll()

    def stop_all(self):
        for child in list(self.running):
            self.stop(child)


def _interrupt(number, _):
    raise KeyboardInterrupt(signal.Signals(number).name)


def _gone(pid):
    try:
        # Our own children are waited for here; those of others by their parents.
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def end(pids):
    """SIGTERM for all, and SIGKILL for those that are still there after a while."""
    for number, patience in ((signal.SIGTERM, GRACE_S), (signal.SIGKILL, GRACE_S)):
        pids = [pid for pid in pids if not _gone(pid)]
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + patience
        while pids and time.monotonic() < deadline:
            pids = [pid for pid in pids if not _gone(pid)]
            time.sleep(0.005)
