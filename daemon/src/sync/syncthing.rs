//! What knows the program: finds it, writes its home, starts and ends it, talks to it. It does not know when what is
//! synced.

pub mod identity;
pub mod config_xml;
pub mod binary;
pub mod process;
pub mod rest;

pub(super) mod home;
pub(super) mod leftover;
pub(super) mod log;
