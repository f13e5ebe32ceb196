//! The daemon that puts a Kubernetes workload into DevMode and keeps it there; modules in the order data flows.

pub mod rpc;
pub mod browse;
pub mod streams;
pub mod session;
pub mod cluster;
pub mod forward;
pub mod sync;
pub mod store;
pub mod events;

pub mod config;

pub mod doctor;
pub mod inside;
pub mod volumes;

pub mod daemon;
pub mod fault;
pub mod log;
pub mod instance;
pub mod machine_user;
pub mod executable;
pub mod replace;
pub mod blocking;
pub mod backoff;
pub mod clock;
#[cfg(test)]
mod dice;
#[cfg(test)]
mod modelled;

/// The version of this nhd.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A random name of lower-case letters and digits, for sessions and the like.
pub fn random_id(length: usize) -> String {
    use rand::Rng as _;
    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut random = rand::rng();
    (0..length).map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())])).collect()
}
