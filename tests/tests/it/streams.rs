//! Terminals, commands and logs on real pods: what goes in and comes out, what becomes of them, and that nothing of them is
//! left running.

mod cli;
mod commands;
mod floods;
mod hot_reload;
mod logs;
mod rig;
mod terminals;
