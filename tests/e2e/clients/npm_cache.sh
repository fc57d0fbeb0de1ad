#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# npm_cache.sh NAME PACKAGE@VERSION...: installs npm packages that tests need, once, into a cache outside the tree:
# ${XDG_CACHE_HOME:-~/.cache}/sedge-tests/NAME. Prints the folder that holds node_modules; or why it cannot, with status 77.
set -euo pipefail

skip() {
  echo "$1"
  exit 77
}

command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"
name=$1
shift
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sedge-tests
folder=$cache/$name
mkdir -p "$cache"
exec 9>"$cache/lock"
flock -w 300 9 || skip "another installation into $cache takes too long"
if [[ ! -e $folder/complete ]]; then
  rm -rf "$folder"
  mkdir "$folder"
  echo '{ "private": true }' >"$folder/package.json"
  log=$folder/npm.log
  if ! timeout 240 npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --no-package-lock \
    --fetch-retries 1 --fetch-timeout 30000 "$@" >"$log" 2>&1 9>&-; then
    why=$(grep -m 1 'npm error' "$log" || tail -n 1 "$log")
    skip "npm cannot install $*: $why"
  fi
  touch "$folder/complete"
fi
echo "$folder"
