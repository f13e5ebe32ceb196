#!/usr/bin/env bash
# Builds the .vsix: package.sh FILE.vsix
set -euo pipefail
cd "$(dirname "$0")"
npm run --silent build
cp ../../docs/permissions.md dist/permissions.md
node_modules/.bin/vsce package --no-dependencies --allow-missing-repository --no-rewrite-relative-links -o "$1" >/dev/null
