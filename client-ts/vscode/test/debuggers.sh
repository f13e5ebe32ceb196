#!/usr/bin/env bash
# Installs the debuggers that tests run in pods: debugpy from the Python registry, dlv from the Go module proxy. They are
# mounted into pods from this machine, as Node.js, Python and Go of it are. Prints their folder on standard output, and
# nothing else there: `python` for PYTHONPATH, `bin/dlv`, `go-cache` with Go's own packages compiled for a debugger, `goroot`,
# a link. Idempotent; quick when all is there.
set -euo pipefail
. "$(dirname "$0")/../../../tests/debian.sh"

cache=${NHD_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nhd-tests}
debugpy=1.8.20
delve=v1.27.1

say() { echo "debuggers.sh: $*" >&2; }

packages=()
[ -x /usr/bin/python3 ] || packages+=(python3)
python3 -m pip --version >/dev/null 2>&1 || packages+=(python3-pip)
# The test cluster has it to build Kubernetes; one that was built elsewhere needs none.
command -v go >/dev/null || packages+=(golang-go)
install_packages debuggers.sh "${packages[@]}"

go_minor=$(go env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
[ "${go_minor:-0}" -ge 21 ] || { say "$(go version) is too old: dlv needs go 1.25 (1.21 fetches it)"; exit 1; }
# What dlv debugs must be of no older Go than this.
[ "$go_minor" -ge 25 ] || export GOTOOLCHAIN=go1.25.0

# Written anew with another Go, whose packages the cache has.
goroot=$(go env GOROOT)
folder=$cache/debuggers-$debugpy-$delve-$(go env GOVERSION)
if [ ! -e "$folder/complete" ]; then
    mkdir -p "$cache"
    # Two runs must not install at once: the second waits, and then finds everything there.
    exec {lock}>"$cache/debuggers.lock"
    flock "$lock"
    if [ ! -e "$folder/complete" ]; then
        say "installing debugpy $debugpy and dlv $delve"
        rm -rf "$folder"
        mkdir -p "$folder"
        python3 -m pip --disable-pip-version-check install --quiet --no-deps --only-binary :all: --platform any \
            --target "$folder/python" "debugpy==$debugpy" >&2
        GOBIN=$folder/bin CGO_ENABLED=0 GOFLAGS= go install "github.com/go-delve/delve/cmd/dlv@$delve" >&2
        # As `dlv debug` asks for them.
        (cd "$goroot/src" && GOCACHE=$folder/go-cache CGO_ENABLED=0 GOFLAGS= go build -gcflags 'all=-N -l' net/http >&2)
        ln -s "$goroot" "$folder/goroot"
        touch "$folder/complete"
    fi
    exec {lock}>&-
fi
echo "$folder"
