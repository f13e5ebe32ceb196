# To be sourced: makes what every package holds below $parts. $1 names the folder of binaries; without it they are built.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
parts=$root/target/package
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)

binaries=${1:-}
if [ -z "$binaries" ]; then
    cargo build --release --locked --quiet -p nhd -p nhd-cli >&2
    binaries=${CARGO_TARGET_DIR:-$root/target}/release
fi

rm -rf "$parts"
mkdir -p "$parts/bin" "$parts/completions"
cp "$binaries/nhd" "$binaries/nhd-cli" "$parts/bin/"
"$parts/bin/nhd-cli" man "$parts/man"
for shell in bash zsh fish; do
    "$parts/bin/nhd-cli" completion "$shell" >"$parts/completions/$shell"
done
