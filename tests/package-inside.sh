#!/usr/bin/env bash
# Of package.sh, in mounts and processes of its own: uses what is given, a `deb` or an `archive`, in the root at $PLACE/root.
set -euo pipefail
trap 'echo "package-inside.sh: line $LINENO failed"' ERR
root=$PLACE/root
export TMPDIR=$PLACE/files
mkdir -p "$TMPDIR" "$root$TMPDIR"
mount -t proc proc "$root/proc"
mount -t devpts devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/run"
# The demonstration's files, under the same path.
mount --bind "$TMPDIR" "$root$TMPDIR"
export DEBIAN_FRONTEND=noninteractive
unset NHD_HOME NHD_SOCKET NHD_SYNCTHING

inside() { chroot "$root" /usr/bin/env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
# All that a package could leave, without what apt and dpkg keep for themselves.
everything() {
    find "$root" -xdev \( -path "$root$PLACE" -o -path "$root/opt/nhd-*" -o -path "$root/var/cache" -o -path "$root/var/lib/apt" -o -path "$root/var/lib/dpkg" \
        -o -path "$root/var/log" -o -path "$root/etc/ld.so.cache" \) -prune -o -printf '%P %y %m %s\n' | grep -vE '^[^ ]* d ' | sort
}

case $1 in
deb)
    before=$(everything)
    inside apt-get -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends install /nhd.deb
    inside dpkg --verify nhd
    cli=/usr/bin/nhd-cli
    test -s "$root/usr/share/man/man1/nhd-cli-start.1.gz"
    inside bash -c '. /usr/share/bash-completion/completions/nhd-cli && complete -p nhd-cli'
    test -s "$root/usr/share/zsh/vendor-completions/_nhd-cli"
    test -s "$root/usr/share/fish/vendor_completions.d/nhd-cli.fish"
    ;;
archive)
    before=$(everything)
    cli=/opt/$(basename "$root"/opt/nhd-*)/bin/nhd-cli
    ! inside sh -c 'command -v syncthing' || { echo 'there is another syncthing'; exit 1; }
    test -s "$root${cli%/bin/nhd-cli}/share/licenses/syncthing/LICENSE"
    ;;
esac
inside "$cli" --version

# The demonstration runs out here, and its nhd-cli in there.
wrapper=$PLACE/nhd-cli
printf '#!/bin/sh\nexec chroot "%s" /usr/bin/env PATH=/usr/bin:/bin KUBECONFIG=/kubeconfig %s "$@"\n' "$root" "$cli" >"$wrapper"
chmod +x "$wrapper"
KUBECONFIG=$NHD_TEST_KUBECONFIG target/debug/nhd-demo "$wrapper" nhd-tests/app:1 nhd-tests/dev:1

case $1 in
deb)
    inside apt-get -qq -y -o Dpkg::Use-Pty=0 purge nhd
    inside apt-get -qq -y -o Dpkg::Use-Pty=0 autoremove --purge
    ;;
archive) rm -r "$root"/opt/nhd-* ;;
esac
if ! diff <(echo "$before") <(everything); then
    echo "package.sh: this is left of the $1 (>) or missing since (<)"
    exit 1
fi
