#!/bin/sh
# cargo-tool.sh NAME VERSION: prints the path of one of cargo's tools, which is built into the tests' cache where it is
# not there yet.
set -eu
name=$1
version=$2
root=${NHD_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nhd-tests}/$name-$version
if [ ! -x "$root/bin/$name" ]; then
    echo "cargo-tool.sh: building $name $version" >&2
    cargo install --locked --quiet --root "$root" "$name@$version" >&2
fi
echo "$root/bin/$name"
