#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Loads the seed data into a running board. What is there with the same ids is replaced, the rest stays.
#   ./seed.sh [http://127.0.0.1:8787]
set -eu
case ${1:-} in -h | --help) sed -n '3,4s/^# \{0,1\}//p' "$0"; exit 0 ;; esac

here=$(cd "$(dirname "$0")" && pwd)
address=${1:-http://127.0.0.1:8787}
address=${address%/}

# load PATH FILE: POST adds to the collection. What the API says on a refusal is shown.
load() {
  printf '%s: ' "$1"
  curl --silent --show-error --fail-with-body --request POST --header 'Content-Type: application/json' \
    --data-binary "@$here/seed/$2" "$address$1"
  echo
}

load /data-centers data-centers.json
load /leds leds.json
