#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds sedge, and serves an example: prints its address and a curl line.
#
#   tools/run.sh [EXAMPLE] [FLAG...]     EXAMPLE: data-center-map unless named; the flags go to `sedge serve`
#
# Such as: tools/run.sh, tools/run.sh hello, tools/run.sh hello --port 0
# With SEDGE=PATH in the environment that binary serves, and nothing is installed or built.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
gallery=$root/examples/README.md

# The gallery has a heading for each example, a line about it, and a curl.
list() {
  awk '/^## / { name = $2; next } name && NF { printf "  %-20s %s\n", name, $0; name = "" }' "$gallery"
}

curl_of() {
  awk -v name="$1" '/^## / { here = $2 == name } here && /^\$ curl / { print substr($0, 3); exit }' "$gallery"
}

usage() {
  sed -n '3,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
  printf '\nExamples:\n'
  list
}

example=data-center-map
case ${1:-} in
  -h | --help) usage; exit 0 ;;
  "" | -*) ;;
  *)
    example=$1
    shift
    if [[ $example == */* || ! -e $root/examples/$example/README.md ]]; then
      printf 'tools/run.sh: there is no example "%s"; there are:\n' "$example" >&2
      list >&2
      exit 2
    fi
    ;;
esac
folder=$root/examples/$example

sedge=${SEDGE:-}
if [[ ! $sedge ]]; then
  "$root/tools/deps.sh"
  "$root/tools/build.sh" sedge >&2
  sedge=$root/build/release/sedge
fi

command=("$sedge" serve "$folder")
[[ -x $folder/serve.sh ]] && command=("$folder/serve.sh" "$sedge")
# The map's own script says what to try.
[[ $example == data-center-map ]] && exec "${command[@]}" "$@"

pipe=$(mktemp -d)
trap 'rm -rf "$pipe"' EXIT
mkfifo "$pipe/out"
# Whatever ends this script ends the server, where util-linux can see to that.
guard=()
command -v setpriv >/dev/null && guard=(setpriv --pdeathsig TERM)
# A process group of its own: Ctrl-C reaches this script alone, which passes it on once. A second signal would end
# requests that are still running.
set -m
${guard[@]:+"${guard[@]}"} "${command[@]}" "$@" >"$pipe/out" &
pid=$!
set +m
trap 'kill -TERM "$pid" 2>/dev/null || true' INT TERM HUP

# What the server prints ends when the server does.
while IFS= read -r line; do
  printf '%s\n' "$line"
  [[ $line == "Listening on "* ]] || continue
  try=$(curl_of "$example")
  printf 'Try: %s\n' "${try//http:\/\/127.0.0.1:8787/"${line#Listening on }"}"
done <"$pipe/out" || true

status=0
wait "$pid" || status=$?
exit "$status"
