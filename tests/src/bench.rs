//! The figures by which nhd is judged, each beside a floor or a peer that is measured in the same run: what is absolute
//! depends on the machine, what is relative much less.

pub mod figures;
pub mod start;
pub mod save;
pub mod trees;
pub mod forward;
pub mod memory;
pub mod status;
pub mod streams;
pub mod clients;
pub mod live;
pub mod scale;
