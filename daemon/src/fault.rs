//! Fault points: places where a test can have the daemon killed as by `kill -9`.
//!
//! `NHD_FAULT=enterDevMode:after` ends the process without any clean-up right after that step. Each step has `before`
//! and, unless it only waits, `after`; a moment of its own lies wherever an effect and what is noted of it are apart.
//! Points that are not steps: `start`, `end`, `undo`, `synced`, `forward`, `endForward` and `chosenPort`, when the
//! store is told of them, and `store`.

use std::sync::OnceLock;

/// Ends the process by SIGKILL when `NHD_FAULT` names this point.
pub fn point(step: &str, moment: &str) {
    #[cfg(test)]
    crate::modelled::moment(step, moment);
    static ARMED: OnceLock<Option<String>> = OnceLock::new();
    let armed = ARMED.get_or_init(|| std::env::var("NHD_FAULT").ok());
    if armed.as_deref().and_then(|armed| armed.split_once(':')) == Some((step, moment)) {
        tracing::warn!(step, moment, "fault point reached, killing this process");
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}
