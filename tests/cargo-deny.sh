#!/bin/sh
# Prints the path of cargo-deny, which is built into the tests' cache where it is not there yet.
set -eu
version=0.20.2
root=${NHD_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nhd-tests}/cargo-deny-$version
if [ ! -x "$root/bin/cargo-deny" ]; then
    echo "cargo-deny.sh: building cargo-deny $version" >&2
    cargo install --locked --quiet --root "$root" "cargo-deny@$version" >&2
fi
echo "$root/bin/cargo-deny"
