//! The only code that talks to Kubernetes.

pub mod client;
