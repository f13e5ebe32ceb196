//! Dev sessions: one task each, which compares what is wanted with what is observed and does the next step.
//!
//! It decides and orders; carrying out is the work of `cluster`, `forward` and `sync`, and what to write that of the
//! crate `nhd_plan`.

pub mod requests;
pub mod manager;
pub mod task;
pub mod look;
pub mod next;
pub mod steps;
pub mod prepare;
pub mod forwards;
pub mod patience;
pub mod status;
pub mod kinds;
pub mod cluster_link;
pub mod failure;
pub mod shared;
#[cfg(test)]
mod model;

pub use manager::SessionManager;
pub use shared::Shared;
