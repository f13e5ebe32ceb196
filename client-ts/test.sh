#!/usr/bin/env bash
# Builds the TypeScript client, checks its types and passes its tests, on a test cluster and with the daemon that
# `cargo build --workspace --bins` made. Installs Node.js where there is none. Arguments name
# tests: `devmode events`; `--bench` measures instead.
set -euo pipefail
cd "$(dirname "$0")"

suitable() {
    command -v npm >/dev/null && command -v node >/dev/null &&
        node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)'
}

if ! suitable; then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        echo "test.sh: missing: node 18 or later, and npm" >&2
        exit 1
    fi
    echo "test.sh: installing nodejs and npm" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >&2
    apt-get install -q -y --no-install-recommends nodejs npm >&2
    suitable || { echo "test.sh: $(node --version) is too old: node 18 or later is needed" >&2; exit 1; }
fi

../tests/cluster/install.sh >/dev/null
npm ci --silent
npm test --silent -- "$@"
