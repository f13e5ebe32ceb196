#!/usr/bin/env bash
# Builds the client for the JVM and passes its tests, on a test cluster and with the daemon that
# `cargo build --workspace --bins` made. Installs a JDK and Maven where they are missing. Arguments are Maven's:
# `-Dtest=ErrorsTest`; `--bench` measures instead, and prints one line of JSON.
set -euo pipefail
cd "$(dirname "$0")"
. ../tests/debian.sh

packages=()
command -v javac >/dev/null || packages+=(openjdk-17-jdk-headless)
command -v mvn >/dev/null || packages+=(maven)
install_packages test.sh "${packages[@]}"

if [ "${1:-}" = --bench ]; then
    shift
    set -- -Dtest=BenchTest -Dgroups=bench -DexcludedGroups= "$@"
fi

../tests/cluster/install.sh >/dev/null
exec mvn -q -B test "$@"
