#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs esbuild and hono with npm for tests of bundled workers (npm_cache.sh). Prints the folder that holds node_modules;
# or why it cannot, with status 77. Without its install script, which would put esbuild's program where npm has a launcher,
# it is found all the same.
set -euo pipefail

esbuild=0.28.2
hono=4.13.19
exec "$(dirname "$0")/npm_cache.sh" "esbuild-$esbuild-hono-$hono" "esbuild@$esbuild" "hono@$hono"
