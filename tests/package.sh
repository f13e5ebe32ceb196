#!/usr/bin/env bash
# Installs the package for Debian in a clean root of its own, develops with it on the test cluster, and purges it: nothing
# may be left but what is the user's. Then does the same with the archive, unpacked in a folder. Takes the folder of the
# binaries and NHD_TEST_KUBECONFIG.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/debian.sh
binaries=$(realpath "${1:-target/debug}")
: "${NHD_TEST_KUBECONFIG:?names the kubeconfig of a cluster; tests/run.sh starts one}"
command -v debootstrap >/dev/null || install_packages package.sh debootstrap

cache=${NHD_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nhd-tests}
suite=bookworm
base=$cache/debian-$suite.tar
if [ ! -f "$base" ]; then
    mkdir -p "$cache"
    echo "package.sh: making a root of Debian $suite" >&2
    building=$(mktemp -d "$cache/debian-building.XXXXXX")
    chmod 755 "$building"
    # The mirror that this machine has its own packages from; its own trust in it counts.
    known() { apt-cache policy | sed -nE "s#^ *[0-9]+ (http[^ ]*) $suite/main.*#\1#p" | sed -n 1p; }
    mirror=$(known)
    [ -n "$mirror" ] || { apt-get -q update >&2 && mirror=$(known); }
    debootstrap --variant=minbase "$suite" "$building" "${mirror:?apt knows no mirror of Debian $suite}" >&2
    # What a package needs that the test installs is fetched once.
    chroot "$building" apt-get -q update >&2
    chroot "$building" apt-get -q -y --download-only --no-install-recommends install syncthing libgcc-s1 >&2
    tar -C "$building" -cf "$base.new" .
    mv "$base.new" "$base"
    rm -rf "$building"
fi

deb=$(daemon/package/deb.sh "$binaries")
dpkg-deb --info "$deb"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
export PLACE=$place NHD_TEST_KUBECONFIG
mkdir "$place/root"
tar -C "$place/root" -xf "$base"
cp "$deb" "$place/root/nhd.deb"
cp "$NHD_TEST_KUBECONFIG" "$place/root/kubeconfig"
unshare --mount --pid --fork --kill-child --mount-proc bash tests/package-inside.sh deb

archive=$(daemon/package/tarball.sh "$binaries")
rm -rf "$place/root"
mkdir -p "$place/root/opt"
tar -C "$place/root" -xf "$base"
tar -C "$place/root/opt" -xzf "$archive"
cp "$NHD_TEST_KUBECONFIG" "$place/root/kubeconfig"
unshare --mount --pid --fork --kill-child --mount-proc bash tests/package-inside.sh archive
echo "package.sh: both are installed, used and gone without a trace"
