#!/usr/bin/env bash
# Builds the client for the JVM and the plugin for JetBrains IDEs, and passes their tests, on a test cluster, with the
# daemon that `cargo build --workspace --bins` made, and on a screen that nobody sees. Installs a JDK, Maven and such a
# screen where they are missing; IDEA's platform, which the plugin is compiled against, is built once (intellij/platform).
# Arguments are Maven's: `-Dtest=ErrorsTest`; `--bench` measures instead, and prints one line of JSON.
set -euo pipefail
cd "$(dirname "$0")"
. ../tests/debian.sh

packages=()
command -v javac >/dev/null || packages+=(openjdk-17-jdk-headless)
command -v mvn >/dev/null || packages+=(maven)
command -v Xvfb >/dev/null || packages+=(xvfb)
command -v fc-list >/dev/null || packages+=(fontconfig fonts-dejavu-core)
# What a JDK without a screen lacks.
java_home=$(readlink -f "$(command -v java || true)" | sed 's|/bin/java$||')
[ -e "$java_home/lib/libawt_xawt.so" ] || packages+=(openjdk-17-jre)
install_packages test.sh "${packages[@]}"

if [ "${1:-}" = --bench ]; then
    shift
    exec mvn -q -B test -pl client -Dtest=BenchTest -Dgroups=bench -DexcludedGroups= "$@"
fi

../tests/cluster/install.sh >/dev/null
platform=$(intellij/platform/build.sh)

display=$(mktemp)
Xvfb -displayfd 3 -screen 0 1280x900x24 -nolisten tcp 3>"$display" 2>/dev/null &
screen=$!
trap 'kill $screen; rm -f "$display"' EXIT
until [ -s "$display" ]; do
    kill -0 $screen || { echo "test.sh: Xvfb does not start" >&2; exit 1; }
    sleep 0.1
done

DISPLAY=:$(cat "$display") mvn -q -B test "-Dnhd.platform=$platform" -Dsurefire.failIfNoSpecifiedTests=false "$@"
# Some tests alone are asked for by somebody who changes them.
[ $# -gt 0 ] || intellij/package.sh >/dev/null
