#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the npm packages that talk to the KV API in tests (npm_cache.sh). Prints the folder that holds node_modules;
# or why it cannot, with status 77.
set -euo pipefail

skip() {
  echo "$1"
  exit 77
}

command -v node >/dev/null || skip "node is not installed"
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
exec "$(dirname "$0")/npm_cache.sh" "wrangler-$wrangler-cloudflare-$cloudflare" "wrangler@$wrangler" \
  "cloudflare@$cloudflare"
