//! What opens a connection to a stream, once and soon. It does not know what a stream is.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

/// How soon a token has to be used.
pub const TOKEN_LIFE: Duration = Duration::from_secs(30);

/// Tokens that are not used yet; of more, the oldest is given up.
const TOKENS: usize = 256;
const LENGTH: usize = 32;

/// Tokens by themselves, each with the id that it stands for.
#[derive(Debug, Default)]
pub struct Tokens(BTreeMap<String, (String, Instant)>);

impl Tokens {
    /// Another token for a stream.
    pub fn make(&mut self, stream: &str, now: Instant) -> String {
        self.0.retain(|_, (_, until)| *until > now);
        if self.0.len() >= TOKENS
            && let Some(oldest) =
                self.0.iter().min_by_key(|(_, (_, until))| *until).map(|(token, _)| token.clone())
        {
            self.0.remove(&oldest);
        }
        let token = crate::random_id(LENGTH);
        self.0.insert(token.clone(), (stream.to_owned(), now + TOKEN_LIFE));
        token
    }

    /// The stream of a token, which is used up by it.
    pub fn take(&mut self, token: &str, now: Instant) -> Option<String> {
        let (stream, until) = self.0.remove(token)?;
        (until > now).then_some(stream)
    }

    /// Whether somebody may still come for a stream.
    pub fn is_awaited(&self, stream: &str, now: Instant) -> bool {
        self.0.values().any(|(of, until)| of == stream && *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_token_is_good_once_and_for_a_while() {
        let mut tokens = Tokens::default();
        let now = Instant::now();
        let (one, other) = (tokens.make("s", now), tokens.make("s", now));
        assert_eq!(tokens.take(&one, now).as_deref(), Some("s"));
        assert_eq!(tokens.take(&one, now), None, "it was used");
        assert!(tokens.is_awaited("s", now));
        assert_eq!(tokens.take(&other, now + TOKEN_LIFE), None, "it is too old");
        assert!(!tokens.is_awaited("s", now));
        assert_eq!(tokens.take("none", now), None);
    }

    #[tokio::test(start_paused = true)]
    async fn there_are_never_too_many() {
        let mut tokens = Tokens::default();
        let now = Instant::now();
        let first = tokens.make("s", now);
        for number in 1..=TOKENS as u64 {
            tokens.make("s", now + Duration::from_millis(number));
        }
        assert!(tokens.0.len() <= TOKENS && tokens.take(&first, now).is_none());
    }
}
