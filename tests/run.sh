#!/usr/bin/env bash
# Passes all tests: format, lints, licences, unit tests, the tests on a real Kubernetes node, those of the clients for
# Node and the JVM and of the extension for VS Code, packages in a clean root, and documentation. At the end come the seconds of each step and the
# tests that took longest.
# Installs what is missing (see tests/cluster/install.sh); the first run builds Kubernetes, which takes some minutes.
# Set NHD_TEST_KUBECONFIG to test against a cluster of your own, and NHD_TEST_FAULTS=alone to give each fault point a life
# of its own.
set -euo pipefail
# A process group for each step, so that it can be ended with all that it has started.
set -m
cd "$(dirname "$0")/.."

logs=$(mktemp -d)
declare -A names=() begun=() # By process id.
failed=()
timetable=()
cluster_pid=

# Steps run beside each other. What one prints is shown as a whole once it has ended; until then it is in the log.
begin() { # NAME COMMAND…
    local log=$logs/$1
    printf '== %s begins\n' "$1"
    "${@:2}" >"$log" 2>&1 </dev/null &
    names[$!]=$1
    begun[$!]=$SECONDS
}

# All but the tests in Rust that passed: how long the slowest took is told at the end.
show() { grep -vE '^test .* \.\.\. ok <[0-9.]+s>$' "$logs/$1" || true; }

# Waits until one of the steps has ended, shows it, and leaves its name in $ended.
settle() {
    local pid code=0
    wait -n -p pid "${!names[@]}" || code=$?
    ended=${names[$pid]}
    local since=${begun[$pid]}
    unset "names[$pid]" "begun[$pid]"
    timetable+=("$(lasted "$since" "$ended")")
    printf '\n== %s (%d s)\n' "$ended" $((SECONDS - since))
    show "$ended"
    if [ $code != 0 ]; then
        failed+=("$ended")
        printf '== %s failed (%d)\n' "$ended" $code
    fi
}

lasted() { # SINCE NAME
    printf '%5d s, from %4d to %4d: %s' $((SECONDS - $1)) "$1" "$SECONDS" "$2"
}

settle_all() {
    while [ ${#names[@]} -gt 0 ]; do settle; done
}

end_if_failed() {
    [ ${#failed[@]} = 0 ] || exit 1
}

# However this ends, nothing that it started goes on.
clean_up() {
    local code=$?
    trap '' INT TERM
    local pid
    for pid in "${!names[@]}"; do
        kill -TERM -- "-$pid" 2>/dev/null || true
        wait "$pid" || true
        printf '\n== %s was ended\n' "${names[$pid]}"
        show "${names[$pid]}"
    done
    if [ -n "$cluster_pid" ]; then
        # It ends in order when its input closes.
        exec {cluster_input}>&-
        wait "$cluster_pid" || true
        cat "$logs/cluster"
    fi
    rm -rf "$logs"
    exit $code
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

installation() { tests/cluster/install.sh; }
formatting() { cargo fmt --all --check; }
# The tests and the binaries that they run, in one go, so that nothing is built twice.
build() { cargo build --workspace --bins --tests --quiet; }
# Tests on the node mostly wait for it: more of them than there are processors run side by side. The times of tests are
# unstable in Rust's test harness, which is told so; not the compiler, for which it would be another build.
tests() {
    cargo test --workspace --tests --no-fail-fast --config "target.'cfg(all())'.runner = ['env', 'RUSTC_BOOTSTRAP=1']" \
        -- --test-threads 5 -Z unstable-options --report-time
}
lints() { nice -n 19 cargo clippy --workspace --all-targets --quiet -- -D warnings; }
documentation() {
    RUSTDOCFLAGS="-D warnings" nice -n 19 cargo doc --workspace --no-deps --document-private-items --quiet
    nice -n 19 cargo test --workspace --doc --quiet
}
licences() {
    local deny
    deny=$(tests/cargo-tool.sh cargo-deny 0.20.2)
    "$deny" --log-level error check bans licenses sources
}
typescript() { client-ts/test.sh; }
jvm() { client-jvm/test.sh; }
package() { tests/package.sh target/debug; }
vscode() { client-ts/vscode/test.sh; }

start_cluster() {
    local since=$SECONDS
    coproc cluster { exec target/debug/nhd-test-cluster up --until-stdin-closes 2>"$logs/cluster"; }
    # Whatever is started later does not inherit this: the cluster ends with us, even if we are killed.
    cluster_input=${cluster[1]}
    cluster_pid=$cluster_PID
    local access
    if ! read -r access <&"${cluster[0]}"; then
        printf 'the test cluster does not start\n'
        exit 1
    fi
    NHD_TEST_KUBECONFIG=$(sed -n 's/.*"kubeconfig":"\([^"]*\)".*/\1/p' <<<"$access")
    export NHD_TEST_KUBECONFIG
    timetable+=("$(lasted "$since" cluster)")
}

slowest() {
    {
        sed -nE 's/^test (.*) \.\.\. (ok|FAILED) <([0-9.]+)s>$/\3 \1/p' "$logs/tests"
        awk '/^(not )?ok [0-9]+ - /{sub(/^.*ok [0-9]+ - /, ""); name = $0}
            /^ *duration_ms: /{if (name) print $2 / 1000, "TypeScript: " name; name = ""}' "$logs/typescript"
        find client-jvm/client/target -name 'TEST-*.xml' -exec sed -nE \
            's/.*<testcase name="([^"]*)" classname="([^"]*)" time="([0-9.]+)".*/\3 JVM: \2.\1/p' {} +
    } | sort -rn | awk 'NR <= 10 {printf "%7.1f s  ", $1; $1 = ""; print substr($0, 2)}'
}

begin "what the tests need" installation
begin format formatting
begin licences licences
begin build build
settle_all
end_if_failed

# All suites share one cluster.
[ -n "${NHD_TEST_KUBECONFIG:-}" ] || start_cluster
begin typescript typescript
begin tests tests
# Cargo locks the target folder until its tests run: lints that were first would hold them up.
until grep -q '^ *Running ' "$logs/tests" || ! kill -0 $! 2>/dev/null; do sleep 0.1; done
begin lints lints
while [ ${#names[@]} -gt 0 ]; do
    settle
    case $ended in
    # A test of several clients at once has the one for Node.js take part.
    typescript) begin jvm jvm ;;
    jvm) begin package package ;;
    # Two editors with a browser each need the processors for themselves, and so do tests that wait for a kubelet.
    tests) begin vscode vscode ;;
    # Compilers take what the tests leave of the processors, one after the other.
    lints) begin documentation documentation ;;
    esac
done

printf '\n== seconds of each step\n'
printf '%s\n' "${timetable[@]}"
printf '\n== slowest tests\n'
slowest
awk '/^fault points: /{points += $3; lives += $5} END {printf "\n== %d fault points in %d lives\n", points, lives}' "$logs/tests"
end_if_failed
printf '\n== all passed in %d s\n' "$SECONDS"
