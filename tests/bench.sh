#!/usr/bin/env bash
# Measures nhd, in a release build and on a cluster of its own, beside what it is compared with, and prints a table.
# Arguments name what to measure (memory, status, clients, live, save, forward, start, streams); without them it is everything.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet -p nhd -p nhd-cli
cargo build --release --quiet -p nhd-tests --bins
exec target/release/nhd-bench "$@"
