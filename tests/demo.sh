#!/usr/bin/env bash
# Shows DevMode from start to end: a saved file arrives in a pod, and the workload comes back as it was.
# With a kubeconfig whose cluster answers it works there, in a namespace of its own that it deletes again; otherwise it
# starts a one-node cluster on this machine (Linux, root; the first time Kubernetes is built, which takes some minutes).
set -euo pipefail
cd "$(dirname "$0")/.."
echo "building nhd"
cargo build --quiet -p nhd -p nhd-cli -p nhd-tests --bins
exec target/debug/nhd-demo "$PWD/target/debug/nhd-cli"
