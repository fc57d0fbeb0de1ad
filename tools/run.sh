#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds sedge, and serves the data-center map. Further arguments go to
# `sedge serve`: tools/run.sh --port 0
set -euo pipefail
case ${1:-} in -h | --help) sed -n '3,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;; esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$root/tools/deps.sh"
"$root/tools/build.sh" sedge >&2

# sedge prints its address once it accepts connections; this adds a line to try it with.
add_curl_line() {
  trap '' INT TERM  # sedge ends first, and then this does
  local line
  while IFS= read -r line; do
    echo "$line"
    [[ $line == "Listening on "* ]] && echo "Try: curl -i ${line#Listening on }/data-centers"
  done
}
map=$root/examples/data-center-map
exec "$root/build/release/sedge" serve "$map/data-center-api" "$map/map-api" --data-dir "$map/.sedge" "$@" \
  > >(add_curl_line)
