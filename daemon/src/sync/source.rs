//! What knows the source folder: whether it is still the user's, what changes in it, what is left out of it. It does
//! not know who is told.

pub mod guard;
pub mod changes;
pub mod inbox;
pub mod watcher;
pub mod rules;

pub(super) mod omissions;
