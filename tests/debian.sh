# To be sourced: installs packages of Debian, or says which are missing and what to do.

# install_packages WHO PACKAGE…
install_packages() {
    local who=$1
    shift
    [ $# -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        echo "$who: missing: $* (Debian's names); run as root: apt-get install --no-install-recommends $*" >&2
        exit 1
    fi
    echo "$who: installing $*" >&2
    export DEBIAN_FRONTEND=noninteractive
    # Another step of the tests may be at it.
    apt-get -q -o DPkg::Lock::Timeout=300 update >&2
    apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@" >&2
}
