//! What goes on inside the dev container, found out by running small commands there. It changes nothing in it, and does
//! not know how a session works.

mod container;
pub mod debug;
pub mod files;
pub mod listening;
pub mod suggest;
