#!/usr/bin/env bash
# Makes a package for Debian and Ubuntu, and prints its path. What syncthing is in it comes from the distribution.
# An argument names a folder of binaries that are built already.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/parts.sh"
cargo_deb=$("$root/tests/cargo-tool.sh" cargo-deb 3.8.0)
"$cargo_deb" --quiet --no-build --no-strip --locked -p nhd-cli --output "$parts/nhd_${version}_$(dpkg --print-architecture).deb" >&2
echo "$parts"/nhd_*.deb
