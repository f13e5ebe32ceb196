//! Bounded waits for components, whose errors show the logs; it does not know what is waited for.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use crate::process::{Process, tail};

const INTERVAL: Duration = Duration::from_millis(50);

/// Probes until one succeeds. Fails when `limit` has passed or one of `processes` has ended, with the last error of
/// the probe and the last lines of their logs and of `more_logs`.
pub(super) async fn until<T>(
    what: &str,
    limit: Duration,
    processes: &[&Process],
    more_logs: &[&Path],
    mut probe: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        let error = match tokio::time::timeout_at(deadline.into(), probe()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => error,
            Err(_) => anyhow!("no answer"),
        };
        let ended = processes.iter().find_map(|process| Some((process.name(), process.ended()?)));
        let reason = match ended {
            Some((name, status)) => format!("{name} ended ({status})"),
            None if Instant::now() >= deadline => format!("not within {} s", limit.as_secs()),
            None => {
                tokio::time::sleep(INTERVAL).await;
                continue;
            }
        };
        let logs = processes.iter().map(|process| process.log()).chain(more_logs.iter().copied());
        let logs: Vec<String> = logs.map(tail).collect();
        bail!("{what}: {reason}; the last attempt: {error:#}\n{}", logs.join("\n"));
    }
}
