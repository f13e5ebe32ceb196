use std::os::unix::fs::PermissionsExt as _;

use super::*;
use nhd_client::fake::{hello_module, paths_in, serve_on};

/// A stand-in for the daemon's binary.
fn script(paths: &Paths, text: &str) -> OsString {
    let path = paths.home.join("stand-in");
    // Not by this process: what it has open for writing, a process that another test starts has open, too, and no system
    // runs a file that somebody writes to.
    let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$2\" && chmod 700 \"$2\"";
    let written = std::process::Command::new("sh").args(["-c", write, "sh", text]).arg(&path).status();
    assert!(written.expect("a shell").success());
    path.into()
}

#[tokio::test]
async fn a_daemon_that_fails_is_shown_with_its_last_words() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths_in(folder.path());
    std::fs::write(paths.log(), "of yesterday\n").expect("log");
    let binary = script(&paths, "echo 'error: the store is broken' >&2; exit 1");
    let failure = start(&paths, &binary).await.err().expect("fails");
    assert_eq!(failure.exit, Exit::Unreachable);
    let message = failure.info().message;
    assert!(message.contains("the store is broken") && !message.contains("yesterday"), "{message}");
}

#[tokio::test]
async fn a_daemon_that_gives_way_to_another_leads_to_the_other() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths_in(folder.path());
    // This very process plays the daemon that won: it holds the lock, and listens a little later.
    std::fs::write(paths.lock(), format!("{}\n", std::process::id())).expect("lock");
    let binary = script(&paths, "exit 1");
    let listening = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        serve_on(&paths, hello_module())
    };
    let (client, _server) = tokio::join!(start(&paths, &binary), listening);
    assert_eq!(client.expect("connects").daemon_pid(), i32::try_from(std::process::id()).ok());
}

#[tokio::test]
async fn a_missing_binary_is_told_with_where_to_put_it() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths_in(folder.path());
    let failure = start(&paths, &folder.path().join("nothing").into()).await.err().expect("fails");
    assert_eq!(failure.exit, Exit::Unreachable);
    assert!(failure.info().hint.is_some_and(|hint| hint.contains("PATH")));
}

#[tokio::test]
async fn the_daemon_is_started_with_few_heaps() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths_in(folder.path());
    let binary = script(&paths, "echo \"heaps: $MALLOC_ARENA_MAX.\" >&2; exit 1");
    let failure = start(&paths, &binary).await.err().expect("fails");
    let heaps = std::env::var(HEAPS.0).unwrap_or_else(|_| HEAPS.1.to_owned());
    assert!(failure.info().message.contains(&format!("heaps: {heaps}.")), "{}", failure.info().message);
}

#[tokio::test]
async fn the_log_is_private_and_the_daemon_has_a_group_of_its_own() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths_in(folder.path());
    let binary = script(&paths, "ps -o pgid= -p $$ 2>/dev/null || echo $$; echo $$; exit 1");
    let failure = start(&paths, &binary).await.err().expect("fails");
    let message = failure.info().message;
    let numbers: Vec<&str> = message.lines().skip(1).map(str::trim).collect();
    assert_eq!(numbers.first(), numbers.get(1), "{message}");
    let mode = std::fs::metadata(paths.log()).expect("log").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_process_that_is_gone_does_not_live() {
    let mut child = Command::new("true").spawn().expect("starts");
    let pid = i32::try_from(child.id()).expect("a pid");
    child.wait().expect("ends");
    assert!(!process_lives(pid));
    assert!(process_lives(i32::try_from(std::process::id()).expect("a pid")));
}
