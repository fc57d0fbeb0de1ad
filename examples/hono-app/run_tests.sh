#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the app's tests in a copy, for ctest: without npm or its registry they are skipped (status 77) and say why.
#   ./run_tests.sh PATH/TO/sedge
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
"$here/copy_with_packages.sh" "$copy"
status=0
"$1" test --timeout 60000 "$copy" || status=$?
exit "$status"
