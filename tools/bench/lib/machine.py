# SPDX-License-Identifier: Apache-2.0
"""What the figures were measured on."""
import os
import platform
import subprocess

from lib.install import find_program


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def system():
    try:
        release = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    except OSError:
        release = "Linux"
    return f"{release}, {platform.system()} {platform.release()}"


def governor():
    try:
        with open("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return "unknown"


def _output(command):
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return (done.stdout + done.stderr).strip()


def commit(tree):
    """Of the source tree, with a "+" where something is not committed. The binary may be of another one."""
    if not os.path.exists(os.path.join(tree, ".git")):
        return "no repository"
    name = _output(["git", "-C", tree, "rev-parse", "--short", "HEAD"])
    return name + ("+" if _output(["git", "-C", tree, "status", "--porcelain"]) else "")


def load_programs():
    lines = {}
    if find_program("wrk"):
        lines["wrk"] = _output(["wrk", "-v"]).splitlines()[0].split(" [")[0].removeprefix("wrk ")
    if find_program("h2load"):
        lines["h2load"] = _output(["h2load", "--version"]).splitlines()[0].partition("/")[2]
    return lines
