//! The daemon as a service of a real user manager of systemd, in a mount and process namespace of its own.

use anyhow::{Result, ensure};
use nhd_tests::stage::Stage;
use nhd_tests::workload::app;

use crate::shared_cluster;

/// A user manager runs only where a system manager seems to.
const SCRIPT: &str = r#"
set -eu
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/user/0
chmod 700 /run/user/0
export XDG_RUNTIME_DIR=/run/user/0 XDG_CONFIG_HOME=$FOLDER/config
unset DBUS_SESSION_BUS_ADDRESS
/lib/systemd/systemd --user --log-target=console >"$FOLDER/systemd.log" 2>&1 &

fail() { echo "$*"; cat "$FOLDER/systemd.log" "$NHD_HOME/nhd.log"; exit 1; }
until_true() { # WHAT COMMAND…
    what=$1; shift
    for _ in $(seq 600); do if "$@" >/dev/null 2>&1; then return; fi; sleep 0.2; done
    fail "never: $what"
}
answers() { systemctl --user show-environment; }
synced() { "$CLI" status --json | grep -q '"phase": *"synced"'; }
active() { systemctl --user is-active -q nhd.service; }
main_pid() { systemctl --user show -p MainPID --value nhd.service; }
another_runs() { pid=$(main_pid); [ "$pid" != 0 ] && [ "$pid" != "$1" ]; }

until_true 'a user manager' answers
"$CLI" daemon install || fail 'install'
active || fail 'the service is not active'
ls "$FOLDER/config/systemd/user"
until_true 'the session goes on under systemd' synced

killed=$(main_pid)
kill -9 "$killed"
until_true 'the service is started again' another_runs "$killed"
until_true 'the session goes on after a crash' synced

"$CLI" daemon install || fail 'install once more'
until_true 'the session goes on after that' synced
"$CLI" daemon stop || fail 'stop'
! active || fail 'stopped, and active'
"$CLI" daemon status || fail 'the socket starts no daemon'
active || fail 'somebody else started the daemon'
until_true 'the session goes on with whoever connects' synced

"$CLI" daemon uninstall || fail 'uninstall'
! active || fail 'uninstalled, and active'
[ -z "$(find "$FOLDER/config" -name 'nhd.*')" ] || fail "left: $(find "$FOLDER/config" -name 'nhd.*')"
"$CLI" daemon uninstall
"$CLI" end --all || fail 'end'
"$CLI" daemon stop
"#;

#[tokio::test]
async fn a_service_manager_starts_the_daemon_keeps_it_and_gives_it_up_and_sessions_go_on() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "service", app("web")).await?;
    stage.start().await?;
    let folder = tempfile::tempdir()?;
    let place = folder.path().display().to_string();
    let outcome = stage.laptop.script(SCRIPT, &[("FOLDER", &place)]).await?;
    ensure!(outcome.code == Some(0), "{}\n{}", outcome.stdout, outcome.stderr);
    ensure!(outcome.stdout.contains("systemd starts the daemon from now on"), "{}", outcome.stdout);
    ensure!(outcome.stdout.contains("nothing is installed"), "{}", outcome.stdout);
    stage.workload.assert_restored(&stage.before).await?;
    ensure!(stage.laptop.processes()?.is_empty(), "still running: {:?}", stage.laptop.processes()?);
    stage.namespace.delete(&stage.client).await
}
