#!/usr/bin/env bash
# Looks for what the short runs of the tests have not met: schedules of whole sessions against the modelled cluster, random
# trees over two real syncthings, damaged homes. Takes as many minutes as the argument says (10 without one), for each a
# third, in a release build. What it finds it prints with the variable that repeats it.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=$((${1:-10} * 60 / 3))
# A case takes about a twentieth of a second.
damages=$((seconds * 20))

soak() { # NAME VARIABLE=VALUE ARGUMENTS…
    printf '\n== %s\n' "$1"
    env "$2" cargo test --quiet --release -p nhd "${@:3}" -- --nocapture || failed+=("$1")
}

failed=()
soak 'schedules' NHD_MODEL_SECONDS=$seconds --lib session::model::a_session
soak 'random trees' NHD_RANDOM_SECONDS=$seconds --test sync random
soak 'damaged homes' NHD_DAMAGE_CASES=$damages --lib store::tests::damage
if [ ${#failed[@]} != 0 ]; then
    printf '\nfound something: %s\n' "${failed[*]}"
    exit 1
fi
