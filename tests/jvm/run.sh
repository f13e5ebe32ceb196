#!/usr/bin/env bash
# Passes the tests of the protocol from the JVM, on a real node. Installs a JDK and Maven where they are missing.
# Needs the binaries of a debug build; tests/run.sh makes them before.
set -euo pipefail
cd "$(dirname "$0")"

packages=()
command -v javac >/dev/null || packages+=(openjdk-17-jdk-headless)
command -v mvn >/dev/null || packages+=(maven)
if [ ${#packages[@]} -gt 0 ]; then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        echo "run.sh: missing: ${packages[*]} (Debian's names); install these by hand, or run as root on Debian" >&2
        exit 1
    fi
    echo "run.sh: installing ${packages[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >&2
    apt-get install -q -y --no-install-recommends "${packages[@]}" >&2
fi

exec mvn -q -B test "$@"
