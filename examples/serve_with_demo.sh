#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Serves an example together with its demo/, a worker that stands in for the servers which the example needs; it runs
# in a server of its own on a free port. The serve.sh of such examples call this script.
#   serve_with_demo.sh FOLDER SEDGE FLAG... -- USER-FLAG...     DEMO in a FLAG becomes the demo's address
# When the user's flags have --map or --origin, the servers are the user's: no demo then, and no FLAGs.
set -euo pipefail
folder=$1 sedge=$2
shift 2
flags=()
while [[ $1 != -- ]]; do
  flags+=("$1")
  shift
done
shift

for argument in "$@"; do
  case $argument in --map | --map=* | --origin | --origin=*) exec "$sedge" serve "$folder" "$@" ;; esac
done

work=$(mktemp -d)
demo= main= stopped=
stop() {
  stopped=yes
  kill -TERM ${main:+"$main"} 2>/dev/null || true
}
finish() {
  kill -TERM ${demo:+"$demo"} ${main:+"$main"} 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
trap stop INT TERM HUP

# Whatever ends this script ends the demo, where util-linux can see to that.
guard=()
command -v setpriv >/dev/null && guard=(setpriv --pdeathsig TERM)

mkfifo "$work/demo"
# Process groups of their own: Ctrl-C reaches this script alone, which passes it on.
set -m
${guard[@]:+"${guard[@]}"} "$sedge" serve "$folder/demo" --port 0 --threads 1 --data-dir "$work/data" \
  --log-level warn >"$work/demo" &
demo=$!
IFS= read -r line <"$work/demo" || { echo "serve_with_demo.sh: the demo did not start; see above" >&2; exit 1; }
address=${line#Listening on }
echo "Demo on $address"

${guard[@]:+"${guard[@]}"} "$sedge" serve "$folder" "${flags[@]//DEMO/$address}" "$@" &
main=$!
set +m

status=0
wait "$main" || status=$?
# A signal ends a wait, whether the server has ended by then or not; the next says how it did.
while [[ -n $stopped ]]; do
  stopped= status=0
  wait "$main" || status=$?
done
main=
exit "$status"
