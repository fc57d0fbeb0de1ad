# SPDX-License-Identifier: Apache-2.0
"""Brings the peers: from npm into a cache outside the tree, nginx, wrk and h2load from Debian."""
import hashlib
import json
import os
import shutil
import subprocess
import sys

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MANIFEST = os.path.join(BENCH, "adapters", "package.json")
DEBIAN = {"wrk": "wrk", "h2load": "nghttp2-client", "nginx": "nginx-light"}


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def cache_folder():
    """One per list of versions, so that two trees do not disturb each other."""
    with open(MANIFEST, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()[:12]
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "sedge-bench", f"peers-{digest}")


class Packages:
    """The npm packages of adapters/package.json. `missing` says why there are none."""

    def __init__(self, folder, missing=""):
        self.folder = folder
        self.missing = missing
        with open(MANIFEST, encoding="utf-8") as file:
            self.versions = json.load(file)["dependencies"]

    def program(self, name):
        """The path of a program of node_modules/.bin, or "" where it does not run here."""
        path = os.path.realpath(os.path.join(self.folder, "node_modules", ".bin", name))
        try:
            done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
            return path if done.returncode == 0 else ""
        except (OSError, subprocess.TimeoutExpired):
            return ""


def install_packages():
    folder = cache_folder()
    mark = os.path.join(folder, "installed")
    if os.path.exists(mark):
        return Packages(folder)
    npm = shutil.which("npm")
    if not npm:
        return Packages(folder, "npm is missing: install nodejs with npm")
    say(f"installing the peers into {folder}")
    os.makedirs(folder, exist_ok=True)
    shutil.copy(MANIFEST, os.path.join(folder, "package.json"))
    # Their install scripts put the programs of this platform into place.
    done = subprocess.run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts=false"], cwd=folder,
                          capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line.lower().startswith(("npm err", "npm error"))]
        return Packages(folder, "npm install failed: " + " ".join(errors[:2] or done.stderr.splitlines()[-1:]))
    with open(mark, "w", encoding="utf-8") as file:
        file.write("ok\n")
    return Packages(folder)


def find_program(name):
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def install_debian():
    """{program: reason} for those that are missing and cannot be installed."""
    missing = [name for name in DEBIAN if not find_program(name)]
    packages = [DEBIAN[name] for name in missing]
    if missing and os.getuid() == 0 and shutil.which("apt-get"):
        say(f"installing {' '.join(packages)}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"]
        for package in packages:
            if subprocess.run([*install, package], env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
                subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
                subprocess.run([*install, package], env=environment, stdout=subprocess.DEVNULL, check=False)
    return {name: f"{name} is missing: apt-get install {DEBIAN[name]}" for name in missing if not find_program(name)}


def bundle(packages, source, target):
    """Bundles a worker that imports npm packages into one file. "" or the reason why that cannot be."""
    if packages.missing:
        return packages.missing
    esbuild = packages.program("esbuild")
    if not esbuild:
        return "esbuild does not run here"
    done = subprocess.run([esbuild, source, "--bundle", "--format=esm", "--target=es2022", "--minify",
                           f"--outfile={target}", "--log-level=warning"],
                          env={**os.environ, "NODE_PATH": os.path.join(packages.folder, "node_modules")},
                          capture_output=True, text=True, errors="replace", check=False)
    return "" if done.returncode == 0 else f"esbuild: {done.stderr.strip()[:300]}"
