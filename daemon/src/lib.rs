//! The daemon that puts a Kubernetes workload into DevMode and keeps it there; modules in the order data flows.

pub mod rpc;
pub mod session;
pub mod plan;
pub mod cluster;
pub mod forward;
pub mod sync;
pub mod store;
pub mod events;

pub mod config;

pub mod cli;

pub mod daemon;
pub mod fault;
pub mod instance;
pub mod owner;
pub mod paths;
pub mod clock;

/// The version of this nhd.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// An error with its causes, joined by colons.
pub fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some libraries repeat their cause in their own text.
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// A random name of lower-case letters and digits, for sessions and the like.
pub fn random_id(length: usize) -> String {
    use rand::Rng as _;
    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut random = rand::rng();
    (0..length).map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())])).collect()
}
