//! What a cluster has that could be worked on. Nothing here is of a session.

pub mod contexts;
