//! (under construction on another branch)
