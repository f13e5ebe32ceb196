//! What holds for the crate as a whole; tests of a single file are in that file.

mod golden;
mod properties;
mod kinds_tables;
mod kinds_properties;
mod foreign_properties;
pub(crate) mod samples;
pub(crate) mod edits;
