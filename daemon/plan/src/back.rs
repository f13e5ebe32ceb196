//! The way back: where a workload stands, what others changed in it meanwhile, the original again, and whose its fields
//! are then. It does not know when a step of it is taken.

mod standing;
mod merge;
mod restore;
mod field_ownership;
mod recover;

pub use field_ownership::{owns_fields, return_ownership, writers_of, writers_since};
pub use recover::{DevWorkloadReference, dev_workload_reference};
pub use standing::{Standing, additions, standing};
#[cfg(test)]
pub(crate) use {merge::merge, restore::restore, restore::settle};
