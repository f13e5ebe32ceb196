//! What differs between two objects, as people are shown it: as a list of paths, or as a diff of their YAML.

mod diff;
mod render;

pub(crate) use diff::diff_at;
pub use diff::{Difference, diff};
pub use render::{render_diff, render_yaml};
