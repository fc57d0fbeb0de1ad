#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds everything, runs every test; ctest's summary comes last.
#
#   tools/test.sh [--browser] [CTEST-ARGUMENT...]     such as: tools/test.sh -R url
#     --browser   installs a browser for the tests that drive one (so does CI=1); without one they
#                 are skipped and say so
set -euo pipefail
case ${1:-} in -h | --help) sed -n '3,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;; esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=(--test)
if [[ ${1:-} == --browser ]]; then
  deps+=(--browser)
  shift
elif [[ -n ${CI:-} ]]; then
  deps+=(--browser)
fi
"$root/tools/deps.sh" "${deps[@]}"
"$root/tools/build.sh" --tests
exec ctest --test-dir "$root/build/release" -j2 --output-on-failure "$@"
