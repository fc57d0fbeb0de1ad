#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# For tests: copies this app to a folder, with the packages of package-lock.json from a cache outside the tree,
# ${XDG_CACHE_HOME:-~/.cache}/sedge-tests, where they are installed once. When that cannot be done it says why, with
# status 77.
#   ./copy_with_packages.sh FOLDER
set -euo pipefail

skip() {
  echo "$1"
  exit 77
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$1
command -v npm >/dev/null || skip "npm is not installed"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/sedge-tests
packages=$cache/hono-app-$(cat "$here/package.json" "$here/package-lock.json" | sha256sum | cut -c 1-16)
mkdir -p "$cache"
exec 9>"$cache/hono-app.lock"
flock -w 240 9 || skip "another installation into $cache takes too long"
if [[ ! -e $packages/complete ]]; then
  rm -rf "$packages"
  mkdir "$packages"
  cp "$here/package.json" "$here/package-lock.json" "$packages"
  log=$packages/npm.log
  if ! (cd "$packages" && timeout 200 npm ci --omit=dev --ignore-scripts --no-audit --no-fund --fetch-retries 1 \
    --fetch-timeout 30000) >"$log" 2>&1 9>&-; then
    skip "npm cannot install what hono-app needs: $(grep -m 1 'npm error' "$log" || tail -n 1 "$log")"
  fi
  touch "$packages/complete"
fi
exec 9>&-

mkdir -p "$folder"
(cd "$here" && cp -r package.json serve.sh src test tsconfig.json wrangler.jsonc "$folder")
ln -s "$packages/node_modules" "$folder/node_modules"
