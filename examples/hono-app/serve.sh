#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what package-lock.json says, once, and serves the app.
#   ./serve.sh PATH/TO/sedge [--port 8787] ...     the flags go to `sedge serve`
set -euo pipefail
usage() { sed -n '3,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
case ${1:-} in
  -h | --help) usage; exit 0 ;;
  "") usage >&2; exit 2 ;;
esac
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sedge=$1
shift
if [[ ! -e $here/node_modules/hono || ! -e $here/node_modules/.bin/esbuild ]]; then
  command -v npm >/dev/null || { echo "serve.sh: npm is missing; apt-get install npm" >&2; exit 1; }
  (cd "$here" && npm ci --omit=dev --no-audit --no-fund) >&2
fi
exec "$sedge" serve "$here" "$@"
