#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the npm packages that talk to the KV API in tests, once, into a cache outside the tree:
# ${XDG_CACHE_HOME:-~/.cache}/sedge-tests. Prints the folder that holds node_modules; or why it cannot, with status 77.
set -euo pipefail

skip() {
  echo "$1"
  exit 77
}

command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"
version=$(node --version)
version=${version#v}
major=${version%%.*}
# The newest wrangler that this Node runs.
if ((major >= 23)) || [[ $major == 22 && ${version#22.} != [0-9].* && ${version#22.} != 1[01].* ]]; then
  wrangler=4.164.0
elif ((major >= 21)) || [[ $major == 20 && ${version#20.} != [0-2].* ]]; then
  wrangler=4.86.0
else
  skip "node $version is too old for wrangler 4, which needs 20.3"
fi
cloudflare=7.3.0

cache=${XDG_CACHE_HOME:-$HOME/.cache}/sedge-tests
folder=$cache/wrangler-$wrangler-cloudflare-$cloudflare
mkdir -p "$cache"
exec 9>"$cache/lock"
flock -w 300 9 || skip "another installation into $cache takes too long"
if [[ ! -e $folder/complete ]]; then
  rm -rf "$folder"
  mkdir "$folder"
  echo '{ "private": true }' >"$folder/package.json"
  log=$folder/npm.log
  if ! timeout 240 npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --no-package-lock \
    --fetch-retries 1 --fetch-timeout 30000 "wrangler@$wrangler" "cloudflare@$cloudflare" >"$log" 2>&1 9>&-; then
    why=$(grep -m 1 'npm error' "$log" || tail -n 1 "$log")
    skip "npm cannot install wrangler $wrangler and cloudflare $cloudflare: $why"
  fi
  touch "$folder/complete"
fi
echo "$folder"
