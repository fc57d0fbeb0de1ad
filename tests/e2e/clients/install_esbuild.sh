#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs esbuild and hono with npm for tests of bundled workers, once, into a cache outside the tree:
# ${XDG_CACHE_HOME:-~/.cache}/sedge-tests. Prints the folder that holds node_modules; or why it cannot, with status 77.
set -euo pipefail

skip() {
  echo "$1"
  exit 77
}

command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"
esbuild=0.28.2
hono=4.13.19

cache=${XDG_CACHE_HOME:-$HOME/.cache}/sedge-tests
folder=$cache/esbuild-$esbuild-hono-$hono
mkdir -p "$cache"
exec 9>"$cache/lock-esbuild"
flock -w 300 9 || skip "another installation into $cache takes too long"
if [[ ! -e $folder/complete ]]; then
  rm -rf "$folder"
  mkdir "$folder"
  echo '{ "private": true }' >"$folder/package.json"
  log=$folder/npm.log
  # With its install script esbuild puts its program where npm has a launcher; without, it is found all the same.
  if ! timeout 240 npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --no-package-lock \
    --fetch-retries 1 --fetch-timeout 30000 "esbuild@$esbuild" "hono@$hono" >"$log" 2>&1 9>&-; then
    why=$(grep -m 1 'npm error' "$log" || tail -n 1 "$log")
    skip "npm cannot install esbuild $esbuild and hono $hono: $why"
  fi
  touch "$folder/complete"
fi
echo "$folder"
