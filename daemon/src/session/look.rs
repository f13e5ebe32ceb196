//! Looking: what of a session is true in the cluster at this moment ([`read`]), and what that means ([`judge`]).

pub mod parts;
pub mod read;
pub mod sight;
pub mod judge;
pub mod rollout;
pub mod autoscalers;
pub mod claims;
pub mod folders;
pub mod namespace;
pub mod differences;

pub use read::look;
pub use sight::Sight;
