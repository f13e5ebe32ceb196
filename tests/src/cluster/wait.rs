//! Bounded waits for components, whose errors show the logs; it does not know what is waited for.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::process::Process;

const INTERVAL: Duration = Duration::from_millis(50);

/// Probes until one succeeds. Fails when `limit` has passed or one of `processes` has ended, with the last error of
/// the probe and the last lines of their logs.
pub(super) async fn until<T>(
    what: &str,
    limit: Duration,
    processes: &[&Process],
    mut probe: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        let error = match tokio::time::timeout_at(deadline.into(), probe()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => error,
            Err(_) => anyhow!("the last attempt got no answer"),
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
        let logs: Vec<String> = processes.iter().map(|process| process.log_tail()).collect();
        return Err(error.context(format!("wait until {what}: {reason}\n{}", logs.join("\n"))));
    }
}
