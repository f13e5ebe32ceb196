//! Keeps one syncthing running for as long as the engine lives: starts it when the source folder is there, watches it
//! from the day it answers, and starts it again, with growing pauses, when it ends or falls silent.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use nhd_protocol::error::error_chain;

use super::core::{Core, Flush};
use super::courier;
use super::error::SyncError;
use super::observe::{follow_events, observe};
use super::progress::ProcessState;
use super::scanner::Scanner;
use super::source::guard::Sight;
use super::source::watcher::SourceWatcher;
use super::source_link::{guard_source, look_at_source, start_watching};
use super::syncthing::process::Syncthing;
use super::syncthing::rest::{Rest, RestError};
use super::syncthing::{home, log};
use crate::backoff::Backoff;

/// Between the end of one syncthing and the start of the next.
const RESTART: Backoff = Backoff { first: Duration::from_millis(200), longest: Duration::from_secs(10) };
/// After running this long an end is an accident again.
const HEALTHY_AFTER: Duration = Duration::from_secs(60);
const ANSWER_BOUND: Duration = Duration::from_secs(60);
const PING_EVERY: Duration = Duration::from_millis(20);
const SOURCE_EVERY: Duration = Duration::from_millis(500);
const LOG_EVERY: Duration = Duration::from_secs(60);
/// A connection that was lost is dialled again after this: its end may be that of a pod whose successor is there.
const REDIAL_PAUSE: Duration = Duration::from_millis(150);
const DISCONNECT_BOUND: Duration = Duration::from_secs(1);

pub(super) async fn supervise(core: Arc<Core>, mut flushes: mpsc::Receiver<Flush>, stop: CancellationToken) {
    let mut watcher = None;
    let mut ends_in_a_row = 0;
    while !stop.is_cancelled() {
        let sight = tokio::select! {
            () = stop.cancelled() => break,
            sight = wait_for_source(&core) => sight,
        };
        let started = Instant::now();
        let Some(error) = run(&core, sight, &mut watcher, &mut flushes, &stop).await else { break };
        let healthy = started.elapsed() >= HEALTHY_AFTER;
        ends_in_a_row = if healthy { 1 } else { ends_in_a_row + 1 };
        tracing::warn!(session = %core.options.folder_id, error, "syncthing is not running");
        core.learn(|progress| {
            progress.restarts += 1;
            progress.ends_in_a_row = ends_in_a_row;
            progress.process = ProcessState::Down { error };
        });
        tokio::select! {
            () = stop.cancelled() => break,
            () = sleep(RESTART.after(ends_in_a_row)) => {}
        }
    }
}

/// A syncthing that starts while the source folder is lost would take every file for deleted. After a loss the scanner says
/// when it is over.
async fn wait_for_source(core: &Core) -> Sight {
    loop {
        match look_at_source(core).await {
            Ok(sight) => return sight,
            Err(loss) => core.learn(|progress| progress.source = Some(loss)),
        }
        sleep(SOURCE_EVERY).await;
    }
}

/// One life of syncthing. None when it was ended because the engine stops, otherwise why it ended.
async fn run(
    core: &Arc<Core>,
    sight: Sight,
    watcher: &mut Option<SourceWatcher>,
    flushes: &mut mpsc::Receiver<Flush>,
    stop: &CancellationToken,
) -> Option<String> {
    if let Err(error) = tell_omissions(core).await {
        return Some(error_chain(&error));
    }
    // Before syncthing reads the folder, so that nothing changes unseen in between.
    if watcher.is_none() {
        *watcher = start_watching(core).await;
    }
    core.scanned.store(false, Ordering::Relaxed);
    let options = &core.options;
    let rest = Rest::new(options.socket.clone(), options.identity.api_key.clone());
    let mut paused = core.paused.subscribe();
    paused.mark_unchanged();
    let mut syncthing = match start(core, &rest, &sight).await {
        Ok(syncthing) => syncthing,
        Err(error) => return Some(error_chain(&error)),
    };
    let ended = tokio::select! {
        () = stop.cancelled() => None,
        ended = syncthing.ended() => {
            let how = ended.map(|status| format!("syncthing ended with {status}"));
            let how = how.unwrap_or_else(|error| error_chain(&error));
            return Some(join_lines(&how, &log::tail(&options.session_dir)));
        }
        error = Box::pin(drive(core, &rest, sight, watcher, flushes, paused)) => Some(error),
    };
    if let Err(error) = syncthing.stop(&rest).await {
        tracing::warn!(session = %options.folder_id, %error, "failed to stop syncthing");
    }
    ended
}

async fn start(core: &Core, rest: &Rest, sight: &Sight) -> Result<Syncthing, SyncError> {
    let options = &core.options;
    home::write(options, sight, !core.may_connect())?;
    Ok(Syncthing::start(&options.binary, &options.session_dir, rest).await?)
}

/// Everything that is done while syncthing runs. Ends, with the reason, only when syncthing is no longer of use.
async fn drive(
    core: &Arc<Core>,
    rest: &Rest,
    sight: Sight,
    watcher: &mut Option<SourceWatcher>,
    flushes: &mut mpsc::Receiver<Flush>,
    paused: watch::Receiver<bool>,
) -> String {
    if timeout(ANSWER_BOUND, answers(rest)).await.is_err() {
        return format!("syncthing did not answer within {} s of its start", ANSWER_BOUND.as_secs());
    }
    core.learn(|progress| {
        progress.process = ProcessState::Running;
        progress.seen = None;
        progress.receives = false;
    });
    let scan_rest = rest.another();
    let event_rest = rest.another();
    let redial_rest = rest.another();
    let flip_rest = rest.another();
    let courier_rest = rest.another();
    let connections = watch::Sender::new(0);
    let guard_rest = rest.another();
    let (errands, handed_over) = courier::errands();
    let mut scanner = Scanner::new(core, &scan_rest, watcher, flushes, sight, errands);
    tokio::select! {
        silence = observe(core, rest, connections.subscribe()) => silence,
        never = scanner.run() => match never {},
        never = follow_events(core, &event_rest, &connections) => match never {},
        never = redial(core, &redial_rest, connections.subscribe(), paused) => match never {},
        never = receive_once_complete(core, &flip_rest) => match never {},
        never = courier::run(core, &courier_rest, handed_over) => match never {},
        never = guard_source(core, &guard_rest) => match never {},
        never = trim_log(core) => match never {},
    }
}

/// Says what is left out, before syncthing reads the folder.
async fn tell_omissions(core: &Arc<Core>) -> Result<(), SyncError> {
    let told = core.clone();
    let refreshed = tokio::task::spawn_blocking(move || told.omissions.refresh()).await;
    match refreshed.unwrap_or_else(|error| Err(error.into())) {
        Ok(_) => {
            core.note_omissions();
            Ok(())
        }
        Err(source) => Err(SyncError::Omissions { path: core.options.source.clone(), source }),
    }
}

/// Both ways only when the container has everything: a container that is new has nothing to say about what is here.
async fn receive_once_complete(core: &Core, rest: &Rest) -> std::convert::Infallible {
    if !core.options.two_way {
        return std::future::pending().await;
    }
    loop {
        core.complete().await;
        if !core.is_lost()
            && look_at_source(core).await.is_ok()
            && rest.set_folder_type(&core.options.folder_id, "sendreceive").await.is_ok()
        {
            core.learn(|progress| progress.receives = true);
            break;
        }
        sleep(SOURCE_EVERY).await;
    }
    std::future::pending().await
}

async fn answers(rest: &Rest) {
    while rest.ping().await.is_err() {
        sleep(PING_EVERY).await;
    }
}

async fn trim_log(core: &Core) -> std::convert::Infallible {
    loop {
        sleep(LOG_EVERY).await;
        if let Err(error) = log::trim(&core.options.session_dir) {
            tracing::debug!(%error, "failed to trim the log of syncthing");
        }
    }
}

/// Dials when asked to, and soon after a loss of the connection. Syncthing itself dials when it starts and every few
/// seconds from then on; whoever is behind the port may hold its connection until the other side listens, so dialling
/// more often would only pile up connections.
async fn redial(
    core: &Core,
    rest: &Rest,
    mut connections: watch::Receiver<u64>,
    // Seen last when the configuration was written: what changed since then is still to be done.
    mut paused: watch::Receiver<bool>,
) -> std::convert::Infallible {
    loop {
        tokio::select! {
            () = core.redial.notified() => dial(core, rest).await,
            Ok(()) = paused.changed() => dial(core, rest).await,
            _ = connections.changed() => {
                sleep(REDIAL_PAUSE).await;
                if !core.connected() {
                    dial(core, rest).await;
                }
            }
        }
    }
}

/// Pausing ends a connection, resuming dials at once. A sync that is held, or has lost its source, is not resumed.
async fn dial(core: &Core, rest: &Rest) {
    let device = &core.options.identity.remote_device;
    let dialled = async {
        rest.pause(device).await?;
        let ended = async {
            while rest.connection(device).await.is_ok_and(|connection| connection.connected) {
                sleep(PING_EVERY).await;
            }
        };
        let _ = timeout(DISCONNECT_BOUND, ended).await;
        if core.may_connect() {
            rest.resume(device).await?;
            // Held while it was being resumed.
            if !core.may_connect() {
                rest.pause(device).await?;
            }
        }
        Ok::<_, RestError>(())
    };
    if let Err(error) = dialled.await {
        tracing::debug!(session = %core.options.folder_id, %error, "failed to dial");
    }
    core.refresh.notify_one();
}

fn join_lines(first: &str, rest: &str) -> String {
    if rest.is_empty() { first.to_owned() } else { format!("{first}: {}", rest.replace('\n', "; ")) }
}
