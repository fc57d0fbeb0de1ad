#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts model.json into KV and serves the scorer before a stand-in site; with --map or --origin, before yours.
#   ./serve.sh PATH/TO/sedge [--port 8787] [--data-dir DIR] ...     the flags go to `sedge serve`
set -euo pipefail
usage() { sed -n '3,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
case ${1:-} in
  -h | --help) usage; exit 0 ;;
  "") usage >&2; exit 2 ;;
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

"$sedge" kv key put model --path "$here/model.json" --binding MODEL --config "$here/wrangler.jsonc" \
  ${data_dir[@]:+"${data_dir[@]}"} >&2
exec "$here/../serve_with_demo.sh" "$here" "$sedge" --origin DEMO -- "$@"
