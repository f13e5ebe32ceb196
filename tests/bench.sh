#!/usr/bin/env bash
# Measures nhd, in a release build and on a cluster of its own, beside what it is compared with, and prints a table.
# Arguments name what to measure (memory, status, clients, live, save, small-files, large-files, changed-files, forward,
# start, streams, sessions, files); without them it is everything.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet -p nhd -p nhd-cli
cargo build --release --quiet -p nhd-tests --bins
# In memory, where there is enough of it. Ext4 without a journal, as virtual machines may have it, looks for each new file
# through all inodes that were deleted within the last minutes, so that whatever is measured first after something was
# deleted pays up to a millisecond a file for it.
if [ -z "${TMPDIR:-}" ] && [ -d /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -n 1)" -gt $((6 << 20)) ]; then
  mkdir -p /dev/shm/nhd-bench
  export TMPDIR=/dev/shm/nhd-bench
fi
exec target/release/nhd-bench "$@"
