#!/usr/bin/env bash
# Builds the .vsix.
#   package.sh FILE.vsix                      without the daemon's programs, which are then those on the PATH
#   package.sh --target linux-x64 FILE.vsix   with nhd, nhd-cli and syncthing inside
# The programs are taken from NHD_BINARIES (target/release without it), syncthing from NHD_SYNCTHING or the PATH.
# The same sources and programs make the same bytes.
set -euo pipefail
cd "$(dirname "$0")"

target=
if [ "${1:-}" = --target ]; then
    target=${2:?package.sh: name a target, such as linux-x64}
    shift 2
fi
file=${1:?package.sh: name the file to write}

rm -rf bin
npm run --silent build
cp ../../docs/permissions.md dist/permissions.md
if [ -n "$target" ]; then
    binaries=${NHD_BINARIES:-../../target/release}
    syncthing=${NHD_SYNCTHING:-$(command -v syncthing || true)}
    for program in "$binaries/nhd" "$binaries/nhd-cli" "$syncthing"; do
        [ -x "$program" ] || { echo "package.sh: there is no program ${program:-syncthing}" >&2; exit 1; }
    done
    mkdir bin
    trap 'rm -rf bin' EXIT
    install -m 755 "$binaries/nhd" "$binaries/nhd-cli" "$syncthing" bin/
    strip bin/nhd bin/nhd-cli 2>/dev/null || true
    node licences.mjs --binaries >dist/third-party-licences.txt
else
    node licences.mjs >dist/third-party-licences.txt
fi

# The time of the last commit stands for that of every file.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 946684800)
export SOURCE_DATE_EPOCH
options=(--no-dependencies --allow-missing-repository --no-rewrite-relative-links --allow-unused-files-pattern)
node_modules/.bin/vsce package "${options[@]}" ${target:+--target "$target"} -o "$file" >/dev/null
