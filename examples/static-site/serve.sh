#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Uploads site/ and serves it. The first argument is the sedge binary, the others go to `sedge serve`.
#   ./serve.sh PATH/TO/sedge [--port 8787] [--data-dir DIR] ...
set -euo pipefail
case ${1:-} in
  -h | --help) sed -n '3,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
  "") sed -n '3,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sedge=$1
shift

data_dir=()
previous=
for argument in "$@"; do
  [[ $previous == --data-dir ]] && data_dir=(--data-dir "$argument")
  [[ $argument == --data-dir=* ]] && data_dir=("$argument")
  previous=$argument
done

"$here/upload.sh" "$sedge" ${data_dir[@]:+"${data_dir[@]}"} >&2
exec "$sedge" serve "$here" "$@"
