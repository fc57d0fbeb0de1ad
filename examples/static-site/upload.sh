#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts the files of a folder into KV, each under its path with its size and a digest as metadata, then removes what
# the folder does not have any more.
#   ./upload.sh PATH/TO/sedge [FOLDER] [--data-dir DIR | --url URL ...]     FOLDER: site, beside this script
# Further flags are those of `sedge kv bulk put`. With --print as the only flag it prints the entries instead.
set -euo pipefail

usage() { sed -n '3,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
case ${1:-} in
  -h | --help) usage; exit 0 ;;
  "") usage >&2; exit 2 ;;
esac
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sedge=$1
shift
folder=$here/site
if [[ ${1:-} && ${1:-} != -* ]]; then
  folder=$1
  shift
fi
[[ -d $folder ]] || { echo "upload.sh: there is no folder $folder" >&2; exit 2; }

kMaxValueBytes=$((25 * 1024 * 1024))

# Paths as URLs have them without an escape: what is in a key then needs none in JSON or in a shell either.
paths() {
  (cd "$folder" && find . -type f -not -path '*/.*' -printf '%P\n' | LC_ALL=C sort)
}

check() {
  local path
  while IFS= read -r path; do
    if [[ ! $path =~ ^[A-Za-z0-9._/~-]{1,500}$ ]]; then
      echo "upload.sh: $folder/$path: a name has letters, digits and . _ ~ - and is up to 500 long; rename it" >&2
      return 1
    fi
    if (($(stat -c %s "$folder/$path") > kMaxValueBytes)); then
      echo "upload.sh: $folder/$path: KV holds values of up to 25 MiB" >&2
      return 1
    fi
  done < <(paths)
}

# One JSON object a line, as `sedge kv bulk put` reads them.
entries() {
  local path digest
  while IFS= read -r path; do
    digest=$(sha256sum <"$folder/$path" | cut -c 1-32)
    printf '{"key":"%s","base64":true,"metadata":{"etag":"%s","size":%d},"value":"' "$path" "$digest" \
      "$(stat -c %s "$folder/$path")"
    base64 -w 0 <"$folder/$path"
    printf '"}\n'
  done < <(paths)
}

check
[[ $(paths) ]] || { echo "upload.sh: $folder has no files" >&2; exit 1; }
if [[ ${1:-} == --print ]]; then
  entries
  exit 0
fi

namespace=(--binding SITE --config "$here/wrangler.jsonc")
# What pages refer to is there before the pages stop referring to what they did: put first, remove last.
entries | "$sedge" kv bulk put - "${namespace[@]}" "$@"
stale=$("$sedge" kv key list --json "${namespace[@]}" "$@" | grep -oE '"name":"[A-Za-z0-9._/~-]+"' | cut -d '"' -f 4 |
  LC_ALL=C sort | LC_ALL=C comm -23 - <(paths) | sed 's/.*/"&"/' | paste -sd , -)
if [[ $stale ]]; then
  printf '[%s]' "$stale" | "$sedge" kv bulk delete - --force "${namespace[@]}" "$@"
fi
