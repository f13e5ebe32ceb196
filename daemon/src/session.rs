//! Dev sessions: one task each, which compares what is wanted with what is observed and does the next step.
//!
//! It decides and orders; carrying out is the work of `plan`, `cluster`, `forward` and `sync`.

pub mod autoscaling;
pub mod configure;
pub mod failure;
pub mod link;
pub mod listing;
pub mod manager;
pub mod next;
pub mod observe;
pub mod ports;
pub mod preview;
pub mod prepare;
pub mod release;
pub mod request;
pub mod resolve;
pub mod rollout;
pub mod steps;
pub mod surroundings;
pub mod task;
pub mod verdict;
pub mod view;

pub use manager::SessionManager;
pub use task::Environment;
