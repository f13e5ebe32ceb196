#!/usr/bin/env bash
# Upgrades a daemon of an earlier commit to this one's under sessions of every kind. The commit is an argument; without one it
# is the first that was used for long. Its binaries are built into the tests' cache.
set -euo pipefail
cd "$(dirname "$0")/.."
commit=$(git rev-parse --short=7 "${1:-92d0be5}")
cache=${NHD_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nhd-tests}
old=$cache/nhd-$commit
if [ ! -x "$old/nhd" ]; then
    echo "upgrade.sh: building $commit" >&2
    tree=$(mktemp -d)
    trap 'git worktree remove --force "$tree"' EXIT
    git worktree add --quiet --detach "$tree" "$commit"
    (cd "$tree" && cargo build --locked --quiet --bin nhd --bin nhd-cli --target-dir "$tree/target")
    mkdir -p "$old"
    cp "$tree"/target/debug/nhd "$tree"/target/debug/nhd-cli "$old/"
fi
cargo build --quiet --workspace --bins
target/debug/nhd-upgrade "$old" target/debug
