//! The sync of one session against a second real syncthing on loopback, which is configured as the one in the
//! container is. Needs syncthing 1.19 or later on PATH.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so best by panicking")]
#![allow(clippy::print_stdout, reason = "what was measured is read in the output of the test")]

mod bed;
mod both_ways;
mod courier;
#[path = "../../src/dice.rs"]
mod dice;
mod held;
mod random;
mod selection;
mod sending;
mod source;
mod waits;
