#!/usr/bin/env bash
# Builds the .vsix.
#   package.sh FILE.vsix                      without the daemon's programs, which are then those on the PATH: for every system
#   package.sh --target TARGET FILE.vsix      with nhd, nhd-cli and syncthing inside
#   package.sh --check-only --target TARGET   only looks whether the programs are there and are the target's
# TARGET is linux-x64, linux-arm64, darwin-x64 or darwin-arm64. The programs are taken from NHD_BINARIES (target/release without
# it), syncthing from NHD_SYNCTHING or, for this machine's own target, the PATH. Nothing is compiled or downloaded here: programs
# for another target are built on such a machine, or by a cross compiler with its linker (`cargo build --release --target …`),
# and named by the two variables; they are looked at, and refused where they are another target's. For Windows there is no nhd:
# the extension runs in WSL there, which takes linux-x64.
# The same sources and programs make the same bytes.
set -euo pipefail
cd "$(dirname "$0")"

target= check_only=
while [[ "${1:-}" == --* ]]; do
    case $1 in
    --target) target=${2:?package.sh: name a target, such as linux-x64}; shift 2 ;;
    --check-only) check_only=yes; shift ;;
    *) echo "package.sh: there is no option $1" >&2; exit 1 ;;
    esac
done
[ -n "$check_only" ] || file=${1:?package.sh: name the file to write}

fail() { echo "package.sh: $*" >&2; exit 1; }

# What a program is built for, by its first bytes: ELF and its machine, Mach-O and its processor.
built_for() { # PROGRAM
    local bytes
    bytes=$(od -An -v -tx1 -N20 "$1" | tr -d ' \n')
    case $bytes in
    7f454c4602*3e00) echo linux-x64 ;;
    7f454c4602*b700) echo linux-arm64 ;;
    cffaedfe07000001*) echo darwin-x64 ;;
    cffaedfe0c000001*) echo darwin-arm64 ;;
    *) echo something\ else ;;
    esac
}

own_target() {
    case $(uname -sm) in
    'Linux x86_64') echo linux-x64 ;;
    'Linux aarch64') echo linux-arm64 ;;
    'Darwin x86_64') echo darwin-x64 ;;
    'Darwin arm64') echo darwin-arm64 ;;
    esac
}

if [ -n "$target" ]; then
    case $target in
    linux-x64) triple=x86_64-unknown-linux-gnu ;;
    linux-arm64) triple=aarch64-unknown-linux-gnu ;;
    darwin-x64) triple=x86_64-apple-darwin ;;
    darwin-arm64) triple=aarch64-apple-darwin ;;
    win32-*) fail "there is no nhd for Windows: there the extension runs in WSL, which takes linux-x64" ;;
    *) fail "there is no target $target; there are linux-x64, linux-arm64, darwin-x64 and darwin-arm64" ;;
    esac
    binaries=${NHD_BINARIES:-../../target/release}
    syncthing=${NHD_SYNCTHING:-}
    [ -n "$syncthing" ] || [ "$target" != "$(own_target)" ] || syncthing=$(command -v syncthing || true)
    for program in "$binaries/nhd" "$binaries/nhd-cli" "$syncthing"; do
        [ -x "$program" ] || fail "there is no program ${program:-syncthing} for $target: NHD_BINARIES names the folder of nhd and nhd-cli, NHD_SYNCTHING syncthing"
        kind=$(built_for "$program")
        [ "$kind" = "$target" ] || fail "$program is for $kind, not for $target"
    done
fi
[ -z "$check_only" ] || exit 0

# Two at once would write into each other's folders.
mkdir -p build
if command -v flock >/dev/null; then
    exec {lock}>build/package.lock
    flock "$lock"
fi
rm -rf bin
npm run --silent build
cp ../../docs/permissions.md dist/permissions.md
if [ -n "$target" ]; then
    mkdir bin
    trap 'rm -rf bin' EXIT
    install -m 755 "$binaries/nhd" "$binaries/nhd-cli" bin/
    install -m 755 "$syncthing" bin/syncthing
    # This machine's own strip knows its own programs only.
    [ "$target" != "$(own_target)" ] || strip bin/nhd bin/nhd-cli 2>/dev/null || true
    node licences.mjs --binaries "$triple" >dist/third-party-licences.txt
else
    node licences.mjs >dist/third-party-licences.txt
fi

# The time of the last commit stands for that of every file.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 946684800)
export SOURCE_DATE_EPOCH
options=(--no-dependencies --allow-missing-repository --no-rewrite-relative-links --allow-unused-files-pattern)
node_modules/.bin/vsce package "${options[@]}" ${target:+--target "$target"} -o "$file" >/dev/null
