#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds sedge, and serves the data-center map: prints its address and a curl
# line. Further arguments go to `sedge serve`: tools/run.sh --port 0
set -euo pipefail
case ${1:-} in -h | --help) sed -n '3,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;; esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$root/tools/deps.sh"
"$root/tools/build.sh" sedge >&2

exec "$root/examples/data-center-map/serve.sh" "$root/build/release/sedge" "$@"
