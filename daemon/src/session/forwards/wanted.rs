//! Which forwards a user wants: what a request for one comes to, which ones an end means, when one is tried again. Pure.

use std::time::Duration;

use nhd_protocol::forward::PortPair;

use crate::backoff::Backoff;
use crate::config::WantedForward;

/// More in one session are a mistake of a script.
pub const FORWARDS_LIMIT: usize = 32;

/// How long a local port is let be that could not be opened so many times.
pub const RETRY: Backoff = Backoff { first: Duration::from_millis(250), longest: Duration::from_secs(5) };

/// What a request for a forward comes to, among those that the session has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    There(usize),
    /// The local port leads to another port in the pod.
    Elsewhere(usize),
    New,
    TooMany,
}

/// One to whichever local port is satisfied by any that listens, but not by one that cannot be opened.
pub fn asked(forwards: &[WantedForward], is_open: impl Fn(&WantedForward) -> bool, pair: PortPair) -> Asked {
    let find = |test: &dyn Fn(&WantedForward) -> bool| forwards.iter().position(test);
    let there = match pair.local {
        Some(local) => find(&|it| it.port() == Some(local) && it.remote == pair.remote),
        None => find(&|it| it.remote == pair.remote && (it.local.is_none() || is_open(it))),
    };
    let elsewhere = || pair.local.and_then(|local| find(&|it| it.port() == Some(local)));
    match (there, elsewhere()) {
        (Some(index), _) => Asked::There(index),
        (None, Some(index)) => Asked::Elsewhere(index),
        (None, None) if forwards.len() >= FORWARDS_LIMIT => Asked::TooMany,
        (None, None) => Asked::New,
    }
}

/// Whether ports name this forward; those that are not given fit any.
pub fn is_named(port: Option<u16>, remote: u16, local_asked: Option<u16>, remote_asked: Option<u16>) -> bool {
    local_asked.is_none_or(|asked| port == Some(asked)) && remote_asked.is_none_or(|asked| remote == asked)
}

#[cfg(test)]
mod tests {
    use nhd_protocol::forward::ForwardReason;

    use super::*;

    fn forward(pair: &str) -> WantedForward {
        WantedForward::new(pair.parse().expect(pair), ForwardReason::Request)
    }

    fn check(forwards: &[WantedForward], open: &[&str], pair: &str, expect: Asked) {
        let is_open = |it: &WantedForward| open.contains(&it.pair().to_string().as_str());
        assert_eq!(asked(forwards, is_open, pair.parse().expect(pair)), expect, "{pair} with {open:?} open");
    }

    #[test]
    fn a_request_that_is_repeated_comes_to_the_forward_that_is_there() {
        let forwards = [forward("8080:80"), WantedForward { chosen: Some(4000), ..forward(":90") }];
        check(&forwards, &["8080:80", ":90"], "8080:80", Asked::There(0));
        check(&forwards, &["8080:80", ":90"], ":80", Asked::There(0));
        check(&forwards, &["8080:80", ":90"], ":90", Asked::There(1));
        check(&forwards, &["8080:80", ":90"], "4000:90", Asked::There(1));
        check(&forwards, &[], "8080:80", Asked::There(0));
        check(&forwards, &[], ":90", Asked::There(1));
    }

    #[test]
    fn who_wants_any_port_is_not_put_off_with_one_that_is_taken() {
        check(&[forward("8080:80")], &[], ":80", Asked::New);
        check(&[forward("8080:80"), forward(":80")], &[], ":80", Asked::There(1));
    }

    #[test]
    fn a_local_port_leads_to_one_port_only() {
        let forwards =
            [forward("8080:80"), forward("8080:81"), WantedForward { chosen: Some(4000), ..forward(":90") }];
        check(&forwards, &["8080:80"], "8080:82", Asked::Elsewhere(0));
        check(&forwards, &["8080:80"], "8080:81", Asked::There(1));
        check(&forwards, &["8080:80"], "4000:80", Asked::Elsewhere(2));
        check(&forwards, &["8080:80"], "8081:80", Asked::New);
    }

    #[test]
    fn there_is_a_limit_to_new_ones() {
        let forwards: Vec<WantedForward> = (1..=32).map(|port| forward(&format!("{port}:80"))).collect();
        assert_eq!(forwards.len(), FORWARDS_LIMIT);
        check(&forwards, &[], "100:80", Asked::TooMany);
        check(&forwards, &[], "7:80", Asked::There(6));
    }

    #[test]
    fn an_end_means_the_forwards_that_all_given_ports_fit() {
        for (local, remote, expect) in [
            (Some(8080), None, true),
            (None, Some(80), true),
            (Some(8080), Some(80), true),
            (Some(8080), Some(81), false),
            (Some(8081), None, false),
        ] {
            assert_eq!(is_named(Some(8080), 80, local, remote), expect, "{local:?} {remote:?}");
        }
        assert!(!is_named(None, 80, Some(8080), None), "one that has no port yet");
    }
}
