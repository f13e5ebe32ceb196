#!/usr/bin/env bash
# Passes all tests: format, lints, licences, unit tests, the tests on a real Kubernetes node, those of the clients for
# Node and the JVM, and documentation.
# Installs what is missing (see tests/cluster/install.sh); the first run builds Kubernetes, which takes some minutes.
# Set NHD_TEST_KUBECONFIG to test against a cluster of your own.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

step "what the tests need"
tests/cluster/install.sh >/dev/null
deny=$(tests/cargo-deny.sh)

step "format"
cargo fmt --all --check

step "lints"
cargo clippy --workspace --all-targets --quiet -- -D warnings

step "licences and sources of dependencies"
"$deny" --log-level error check bans licenses sources

# The tests on the node run the binaries, which a test build alone does not make.
step "build"
cargo build --workspace --bins --quiet

step "TypeScript client"
client-ts/test.sh

# After the one for Node.js, which takes part in a test of several clients.
step "JVM"
client-jvm/test.sh

step "tests"
# Tests on the node mostly wait for it: more of them than there are processors run side by side.
cargo test --workspace --quiet -- --test-threads 5

step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --quiet

step "all passed"
