#!/usr/bin/env bash
# Builds the client for the JVM and passes its tests, on a test cluster and with the daemon that
# `cargo build --workspace --bins` made. Installs a JDK and Maven where they are missing. Arguments are Maven's:
# `-Dtest=ErrorsTest`; `--bench` measures instead, and prints one line of JSON.
set -euo pipefail
cd "$(dirname "$0")"

packages=()
command -v javac >/dev/null || packages+=(openjdk-17-jdk-headless)
command -v mvn >/dev/null || packages+=(maven)
if [ ${#packages[@]} -gt 0 ]; then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        echo "test.sh: missing: ${packages[*]} (Debian's names); install these by hand, or run as root on Debian" >&2
        exit 1
    fi
    echo "test.sh: installing ${packages[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >&2
    apt-get install -q -y --no-install-recommends "${packages[@]}" >&2
fi

if [ "${1:-}" = --bench ]; then
    shift
    set -- -Dtest=BenchTest -Dgroups=bench -DexcludedGroups= "$@"
fi

../tests/cluster/install.sh >/dev/null
exec mvn -q -B test "$@"
