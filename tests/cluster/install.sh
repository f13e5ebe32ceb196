#!/bin/sh
# Installs what the test cluster needs and is missing, and prints the folder of the Kubernetes binaries on standard
# output (and nothing else there). Idempotent; quiet and fast when nothing is missing. See README.md.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${NHD_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nhd-tests}
version=1.34.4

say() { echo "install.sh: $*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Debian keeps several of these where only root's PATH looks.
PATH=$PATH:/usr/sbin:/sbin

packages=
need() { # PACKAGE TEST…: the package is wanted when the test fails.
    package=$1
    shift
    "$@" || packages="$packages $package"
}
need etcd-server have etcd
need containerd have containerd
need containerd have ctr
need runc have runc
need containernetworking-plugins test -x /usr/lib/cni/bridge
need containernetworking-plugins test -x /usr/lib/cni/host-local
need busybox-static test -x /bin/busybox
need syncthing have syncthing
need iproute2 have ip
need iptables have iptables
need conntrack have conntrack
need systemd test -x /lib/systemd/systemd
need util-linux have unshare
need util-linux have setpriv
need util-linux have flock

if [ -n "$packages" ]; then
    have apt-get || fail "missing:$packages; there is no apt-get here: install these (Debian's names) by hand, or set NHD_TEST_KUBECONFIG to use another cluster"
    [ "$(id -u)" = 0 ] || fail "missing:$packages; run as root: apt-get install --no-install-recommends$packages"
    say "installing$packages"
    # The services that some packages start are not wanted here: the cluster starts its own.
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >&2 || fail "apt-get update failed"
    # shellcheck disable=SC2086
    apt-get install -q -y --no-install-recommends $packages >&2 || fail "apt-get could not install$packages"
fi

sum=$(sha256sum "$here/kubernetes/go.sum" | cut -c1-16)
kubernetes=$cache/kubernetes-$sum

complete() {
    for program in kube-apiserver kube-controller-manager kube-scheduler kubelet; do
        [ -x "$kubernetes/$program" ] || return 1
    done
}

if ! complete; then
    mkdir -p "$cache"
    # Two runs must not build at once: the second waits, and then finds everything there.
    exec 9>"$cache/kubernetes.lock"
    flock 9
fi
if ! complete; then
    if ! have go; then
        { have apt-get && [ "$(id -u)" = 0 ]; } || fail "missing: go (1.24 or later) to build Kubernetes $version"
        say "installing golang-go"
        apt-get install -q -y --no-install-recommends golang-go >&2 || fail "apt-get could not install golang-go"
    fi
    go_minor=$(go version | sed -n 's/^go version go1\.\([0-9]*\).*/\1/p')
    # From 1.21 on, go fetches the newer toolchain that a go.mod asks for.
    [ "${go_minor:-0}" -ge 21 ] || fail "$(go version) is too old: Kubernetes $version needs go 1.24 or later (1.21 fetches it)"
    say "building Kubernetes $version into $kubernetes (4 to 7 minutes the first time)"
    building=$kubernetes.building
    rm -rf "$building"
    mkdir -p "$building"
    component=k8s.io/component-base/version
    (cd "$here/kubernetes" && CGO_ENABLED=0 go build -mod=readonly -trimpath \
        -ldflags "-s -w -X $component.gitVersion=v$version -X $component.gitMajor=1 -X $component.gitMinor=34" \
        -o "$building/" tool >&2) || fail "the build of Kubernetes failed"
    rm -rf "$kubernetes"
    mv "$building" "$kubernetes"
    complete || fail "the build of Kubernetes left no kubelet in $kubernetes"
fi

echo "$kubernetes"
