//! What the tasks of an engine ask of the source folder: whether it is there, to watch it, and to hold the sync when it is
//! lost.

use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::core::Core;
use super::source::guard::{Loss, Sight};
use super::source::inbox::{Coverage, Gap};
use super::source::watcher::SourceWatcher;
use super::syncthing::rest::Rest;

/// How often to look whether the source is there, at rest and while something is read or written.
const LOOK_CALM: Duration = Duration::from_secs(2);
const LOOK_BUSY: Duration = Duration::from_millis(250);

/// Looks whether the source folder is the user's; off the executor, since a disk may hang. A loss is told only while it is
/// the latest news: others look too, and one whose look took long would say that the source is lost when it is back.
pub(super) async fn look_at_source(core: &Core) -> Result<Sight, Loss> {
    loop {
        let (begun, guard) = (Instant::now(), core.guard.clone());
        let looked = tokio::task::spawn_blocking(move || guard.look()).await;
        match looked.unwrap_or_else(|error| Err(Loss::Unreadable(error.to_string()))) {
            Ok(sight) => {
                core.saw_source(begun);
                return Ok(sight);
            }
            Err(_) if core.has_seen_source_since(begun) => {}
            Err(loss) => return Err(loss),
        }
    }
}

/// Watches the source folder, or says why it is not watched.
pub(super) async fn start_watching(core: &Core) -> Option<SourceWatcher> {
    let (source, inbox) = (core.options.source.clone(), core.inbox.clone());
    let rules = core.omissions.rules();
    let started = tokio::task::spawn_blocking(move || SourceWatcher::start(&source, rules, inbox)).await;
    let (watcher, coverage) = match started {
        Ok(Ok((watcher, coverage))) => (Some(watcher), coverage),
        Ok(Err(error)) => (None, Coverage::Partial(Gap::of(&error))),
        Err(error) => (None, Coverage::Partial(Gap { error: error.to_string(), setting: None })),
    };
    core.learn(|progress| progress.coverage = coverage);
    watcher
}

/// Looks after the source while others are at work: a scan may take minutes.
pub(super) async fn guard_source(core: &Core, rest: &Rest) -> Infallible {
    loop {
        let calm = core.in_sync() && !core.walking.load(Ordering::Acquire);
        sleep(if calm { LOOK_CALM } else { LOOK_BUSY }).await;
        if !core.is_lost()
            && let Err(loss) = look_at_source(core).await
        {
            hold(core, rest, loss).await;
        }
    }
}

/// Says that the source is lost, and lets nothing leave or come any more. Whoever ends that has read everything before.
pub(super) async fn hold(core: &Core, rest: &Rest, loss: Loss) {
    core.learn(|progress| progress.source = Some(loss));
    if let Err(error) = rest.pause(&core.options.identity.remote_device).await {
        tracing::debug!(session = %core.options.folder_id, %error, "failed to pause");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::sync::{Selection, SyncIdentity, SyncOptions, SyncState};

    fn core(place: &tempfile::TempDir) -> Arc<Core> {
        let at = |name: &str| place.path().join(name);
        std::fs::create_dir(at("session")).unwrap();
        Arc::new(Core::new(SyncOptions {
            session_dir: at("session"),
            socket: at("s.sock"),
            source: at("source"),
            folder_id: "nhd-test".into(),
            identity: SyncIdentity::generate().unwrap().0,
            courier: None,
            binary: at("none"),
            forward_port: 1,
            selection: Selection::default(),
            two_way: false,
            kept: at("kept"),
            paused: false,
        }))
    }

    #[tokio::test]
    async fn a_loss_that_was_seen_before_the_source_was_back_is_not_told() {
        let place = tempfile::tempdir().unwrap();
        let core = core(&place);
        assert_eq!(look_at_source(&core).await, Err(Loss::Missing));
        // As if others had seen it while this look waited for a thread.
        core.saw_source(Instant::now() + Duration::from_secs(3600));
        let looking = tokio::spawn({
            let core = core.clone();
            async move { look_at_source(&core).await }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!looking.is_finished());
        std::fs::create_dir(place.path().join("source")).unwrap();
        assert!(looking.await.unwrap().is_ok());
    }

    /// A barrier that is asked for as soon as the status says that the source is back does not hear of the loss any more.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_a_barrier_goes_by_is_never_behind_the_status() {
        let place = tempfile::tempdir().unwrap();
        let core = core(&place);
        let (seen, mut rounds) = tokio::sync::mpsc::channel(1);
        let asking = tokio::spawn({
            let core = core.clone();
            async move {
                let mut status = core.status();
                for _ in 0..5000 {
                    let lost = status.wait_for(|status| status.state == SyncState::SourceLost);
                    drop(lost.await.unwrap());
                    seen.send(()).await.unwrap();
                    let back = status.wait_for(|status| status.state != SyncState::SourceLost);
                    drop(back.await.unwrap());
                    assert_eq!(core.verdict().borrow().lost, None);
                    seen.send(()).await.unwrap();
                }
            }
        });
        for source in [Some(Loss::Missing), None].iter().cycle() {
            core.learn(|progress| progress.source.clone_from(source));
            if rounds.recv().await.is_none() {
                break;
            }
        }
        asking.await.unwrap();
    }
}
