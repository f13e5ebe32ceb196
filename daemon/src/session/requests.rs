//! What clients ask for about workloads: each request checked, completed from the configuration, and led to a session.

pub mod check;
pub mod configure;
pub mod editor;
pub mod end;
pub mod place;
pub mod preview;
pub mod release;
pub mod source;
