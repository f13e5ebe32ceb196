//! How far a session is, told while it moves: not in the log, and not more often than anybody can see.

use std::time::Duration;

use nhd_protocol::event::{EventBody, ForwardProgress, SyncProgress};
use nhd_protocol::forward::{ForwardState, PortForward};
use nhd_protocol::session::SessionStatus;
use tokio::sync::{broadcast, watch};

/// At most so often a session.
const PAUSE: Duration = Duration::from_millis(250);

/// Tells of every change, until the session is gone. The last one of a burst is always told.
pub async fn tell(mut status: watch::Receiver<SessionStatus>, listeners: broadcast::Sender<EventBody>) {
    let mut told = of(&status.borrow_and_update());
    while status.changed().await.is_ok() {
        let now = of(&status.borrow_and_update());
        if now == told {
            continue;
        }
        // That nobody listens is no failure.
        let _ = listeners.send(now.clone());
        told = now;
        tokio::time::sleep(PAUSE).await;
    }
}

fn of(status: &SessionStatus) -> EventBody {
    let sync = status.sync.as_ref().map(|sync| SyncProgress {
        state: sync.state,
        completion: sync.completion,
        need_files: sync.need_files,
        need_bytes: sync.need_bytes,
        total_files: sync.total_files,
        total_bytes: sync.total_bytes,
    });
    let open = status.forwards.iter().filter(|forward| forward.state == ForwardState::Listening);
    let forward = |forward: &PortForward| {
        Some(ForwardProgress {
            local_port: forward.local_port?,
            remote_port: forward.remote_port,
            open_connections: forward.open_connections,
            connections: forward.connections,
        })
    };
    EventBody::Progress {
        session: status.session.clone(),
        sync,
        forwards: open.filter_map(forward).collect(),
    }
}

#[cfg(test)]
mod tests {
    use nhd_protocol::sync::SyncStatus;
    use serde_json::json;
    use tokio::time::Instant;

    use super::*;

    fn status() -> SessionStatus {
        serde_json::from_value(json!({
            "session": "one", "workload": {"namespace": "shop", "kind": "Deployment", "name": "web"},
            "context": "dev", "server": "https://one", "phase": "ready",
            "since": "2026-01-01T00:00:00.000Z", "startedAt": "2026-01-01T00:00:00.000Z",
            "image": "dev", "source": "/src", "workDir": "/home/dev",
        }))
        .expect("a status")
    }

    /// Of a hundred changes in a second no more than five are told, the first at once and the last in the end; what is
    /// no change is not told at all.
    #[tokio::test(start_paused = true)]
    async fn what_moves_is_told_at_most_four_times_a_second_and_the_last_is_told() {
        let (sender, receiver) = watch::channel(status());
        let (listeners, mut heard) = broadcast::channel(64);
        let telling = tokio::spawn(tell(receiver, listeners));
        tokio::task::yield_now().await;
        let began = Instant::now();
        for need_files in (0..100).rev() {
            let sync = SyncStatus { need_files, ..SyncStatus::default() };
            sender.send_modify(|status| status.sync = Some(sync));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        sender.send_modify(|status| status.warnings.push("news of another kind".to_owned()));
        tokio::time::sleep(PAUSE * 2).await;
        let mut files = Vec::new();
        while let Ok(EventBody::Progress { sync: Some(sync), .. }) = heard.try_recv() {
            files.push(sync.need_files);
        }
        assert!(began.elapsed() >= Duration::from_secs(1) && files.len() <= 6, "{files:?}");
        assert_eq!((files.first(), files.last()), (Some(&99), Some(&0)), "{files:?}");
        drop(sender);
        telling.await.expect("ends with the session");
    }

    #[test]
    fn of_the_forwards_those_that_are_open_count() {
        let mut status = status();
        let forward = |local: u16, state: &str| {
            serde_json::from_value(json!({"localPort": local, "remotePort": 80, "reason": "request",
                "state": state, "openConnections": 1, "connections": 2}))
            .expect("a forward")
        };
        status.forwards = vec![forward(1, "listening"), forward(2, "blocked")];
        let open = ForwardProgress { local_port: 1, remote_port: 80, open_connections: 1, connections: 2 };
        let expect = EventBody::Progress { session: "one".to_owned(), sync: None, forwards: vec![open] };
        assert_eq!(of(&status), expect);
    }
}
