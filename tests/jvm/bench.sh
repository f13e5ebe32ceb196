#!/usr/bin/env bash
# Measures round trips and events from the JVM, on a node of its own, and prints one line of JSON.
# Measures the release build; NHD_BINARIES names another folder of binaries.
set -euo pipefail
cd "$(dirname "$0")/../.."
binaries=${NHD_BINARIES:-}
if [ -z "$binaries" ]; then
    cargo build --release --quiet -p nhd -p nhd-cli
    cargo build --release --quiet -p nhd-tests --bins
    binaries=$PWD/target/release
fi
exec tests/jvm/run.sh -Dtest=BenchTest -Dgroups=bench -DexcludedGroups= "-Dnhd.binaries=$binaries"
