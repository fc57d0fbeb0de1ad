# SPDX-License-Identifier: Apache-2.0
"""The parts of tools/bench/run and tools/bench/instructions."""
