# SPDX-License-Identifier: Apache-2.0
"""CPU time and memory of a process and all its descendants, from /proc."""
import os
from dataclasses import dataclass

TICK_US = 1_000_000 // os.sysconf("SC_CLK_TCK")


@dataclass
class Stat:
    """What /proc/PID/stat says; times are in microseconds, `reaped` ones of children that were waited for."""
    parent: int
    user_us: int
    system_us: int
    reaped_user_us: int
    reaped_system_us: int


@dataclass
class Cpu:
    user_us: int = 0
    system_us: int = 0

    def __sub__(self, other):
        return Cpu(self.user_us - other.user_us, self.system_us - other.system_us)


def parse_stat(text):
    """The second field is the program's name in parentheses, which may itself hold spaces and parentheses."""
    fields = text[text.rindex(")") + 2:].split()
    return Stat(int(fields[1]), *(int(field) * TICK_US for field in fields[11:15]))


def parse_status_kb(text, key):
    """The value of a line such as "VmRSS:   1234 kB"; 0 where there is none, as for a process that has ended."""
    for line in text.splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    return 0


def _read(pid, name):
    try:
        with open(f"/proc/{pid}/{name}", encoding="utf-8", errors="replace") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def descendants(root, parents):
    """`root` and all below it, given {pid: parent}; parents come before their children."""
    children = {}
    for pid, parent in parents.items():
        children.setdefault(parent, []).append(pid)
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def tree(root):
    parents = {}
    for name in os.listdir("/proc"):
        stat = _read(name, "stat") if name.isdigit() else ""
        if stat:
            parents[int(name)] = parse_stat(stat).parent
    return descendants(root, parents)


def cpu(root):
    """Of the tree so far. Children that ended count as long as their parent waited for them and lives."""
    total = Cpu()
    for pid in tree(root):
        text = _read(pid, "stat")
        if text:
            stat = parse_stat(text)
            total.user_us += stat.user_us + stat.reaped_user_us
            total.system_us += stat.system_us + stat.reaped_system_us
    return total


def rss_mb(root):
    """Resident memory of the tree's processes, added up: pages that they share count for each."""
    return sum(parse_status_kb(_read(pid, "status"), "VmRSS") for pid in tree(root)) / 1024
