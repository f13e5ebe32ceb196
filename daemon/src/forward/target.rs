//! Where a forward leads.

/// Where a forward leads at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodTarget {
    pub namespace: String,
    pub pod: String,
    pub uid: String,
}
