//! Syncthing's Block Exchange Protocol, as far as a device needs it that announces files and hands out their blocks. It does
//! not know which files those are, nor when they are announced.

pub mod messages;
pub mod connection;
