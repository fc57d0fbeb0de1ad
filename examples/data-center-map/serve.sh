#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Serves the data center map: both workers in one process; a board that is empty gets the seed data.
# The first argument is the sedge binary, the others go to `sedge serve`.
#   ./serve.sh PATH/TO/sedge [--port 8787] [--host 127.0.0.1] [--data-dir DIR] ...
# SIGINT and SIGTERM are passed on; the exit status is that of sedge.
set -euo pipefail

usage() { sed -n '3,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
case ${1:-} in
  -h | --help) usage; exit 0 ;;
  "") usage >&2; exit 2 ;;
esac
sedge=$1
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

data_dir=(--data-dir "$here/.sedge")
for argument in "$@"; do
  case $argument in --data-dir | --data-dir=*) data_dir=() ;; esac
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkfifo "$folder/out"

# Whatever ends this script ends the server, where util-linux can see to that.
guard=()
command -v setpriv >/dev/null && guard=(setpriv --pdeathsig TERM)
# A process group of its own: Ctrl-C reaches this script alone, which passes it on once. A second signal
# would end requests that are still running.
set -m
${guard[@]:+"${guard[@]}"} "$sedge" serve "$here/map-api" "$here/data-center-api" ${data_dir[@]:+"${data_dir[@]}"} "$@" >"$folder/out" &
pid=$!
set +m
trap 'kill -TERM "$pid" 2>/dev/null || true' INT TERM HUP

# HEAD tells whether there are any: an empty list is the two bytes "[]".
is_empty() {
  curl --silent --show-error --fail --head "$1/$2" | tr -d '\r' | grep -qi '^content-length: 2$'
}

announce() {
  if ! command -v curl >/dev/null; then
    echo "serve.sh: there is no curl here; install it and run seed.sh to fill an empty board" >&2
  elif is_empty "$1" data-centers || is_empty "$1" leds; then
    "$here/seed.sh" "$1" >&2 || echo "serve.sh: the seed data could not be loaded; see above" >&2
  fi
  echo "Listening on $1"
  echo "Try: curl -i $1/map.txt"
}

# What sedge prints ends when sedge does.
while IFS= read -r line; do
  case $line in
    "Listening on "*) announce "${line#Listening on }" ;;
    *) printf '%s\n' "$line" ;;
  esac
done <"$folder/out" || true

status=0
wait "$pid" || status=$?
exit "$status"
