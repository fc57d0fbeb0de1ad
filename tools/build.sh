#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Configures build/release and builds there. tools/run.sh and tools/test.sh call it.
#
#   tools/build.sh [--tests] [TARGET...]     no TARGET: everything
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tests=OFF
targets=()
for argument in "$@"; do
  case $argument in
    --tests) tests=ON ;;
    -h | --help) sed -n '3,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    -*) echo "tools/build.sh: unknown flag $argument; there are: --tests, --help" >&2; exit 2 ;;
    *) targets+=("$argument") ;;
  esac
done

# A tree that has the tests keeps them: configuring back and forth would cost time and change nothing.
if [[ $tests == OFF && -e build/release/build.ninja ]]; then
  tests=$(sed -n 's/^SEDGE_TESTS:BOOL=//p' build/release/CMakeCache.txt)
fi

# A compiler takes about a gigabyte: where memory is short, fewer of them at once.
cores=$(nproc)
memory_gb=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)
jobs=$((memory_gb < cores ? (memory_gb > 0 ? memory_gb : 1) : cores))

cmake --preset release -DSEDGE_TESTS="${tests:-OFF}" >/dev/null
cmake --build build/release -j "$jobs" ${targets[@]:+--target "${targets[@]}"}
