#!/usr/bin/env bash
# Makes an archive that holds all that nhd needs, its syncthing included, and prints its path.
# An argument names a folder of binaries that are built already.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/parts.sh"
name=nhd-$version-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)
folder=$parts/$name
mkdir -p "$folder/share/licenses/syncthing"
mv "$parts/bin" "$folder/bin"
mv "$parts/man" "$parts/completions" "$folder/share/"
cp README.md CHANGELOG.md LICENSE "$folder/"

cd "$here/syncthing"
syncthing=$(go list -m -f '{{.Version}} {{.Dir}}' github.com/syncthing/syncthing)
go mod download
# It listens for nobody but nhd, so that it needs no pages of its own, and is updated with nhd.
CGO_ENABLED=0 go build -mod=readonly -trimpath -tags noassets,noupgrade \
    -ldflags "-s -w -X github.com/syncthing/syncthing/lib/build.Version=${syncthing%% *}" -o "$folder/bin/" tool >&2
cp "${syncthing#* }/LICENSE" "${syncthing#* }/AUTHORS" "$folder/share/licenses/syncthing/"
tar -C "$parts" -czf "$parts/$name.tar.gz" "$name"
echo "$parts/$name.tar.gz"
