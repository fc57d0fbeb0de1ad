#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Serves the gate before a stand-in site, with a stand-in identity provider. With --map or --origin, without them.
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
exec "$here/../serve_with_demo.sh" "$here" "$sedge" --map idp.example.com=DEMO --origin DEMO -- "$@"
