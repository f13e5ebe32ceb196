//! Decides what entering and leaving DevMode changes in a workload's manifest: objects in, objects out.
//!
//! It knows no cluster, clock or disk, and works on raw JSON so that fields it has never heard of survive. What the
//! caller must look up first (how many revisions exist, whether a claim can be attached twice) is part of
//! [`DevOptions`].

// What is asked for becomes an edit.
mod options;
mod enter;
mod kinds;
mod template;
mod folder;
mod limits;
mod shortage;
mod room;
mod dev_workload;
mod patch;
mod annotation;
mod autoscaler;
mod edit;
mod old_pods;
// The edit is taken back.
mod back;
// People see what differs.
mod show;
// What all of these stand on.
mod names;
mod controller;
mod manifest;
mod quantity;
mod error;
mod warning;

#[cfg(test)]
mod tests;

pub use annotation::{given_back_by, is_nocalhosts, is_ours, sign};
pub use autoscaler::{is_pinned, pin, pinned_by, release, scales, unpinned};
pub use back::{
    DevWorkloadReference, Standing, additions, dev_workload_reference, owns_fields, return_ownership,
    standing, writers_of, writers_since,
};
#[cfg(test)]
use back::{merge, restore, settle};
pub use controller::controller;
pub use dev_workload::{dev_selector, dev_workload_of, is_dev_workload, is_dev_workload_of};
pub use edit::{Edit, GivenBack, MadeClaim, PinnedAutoscaler};
pub use enter::{Entered, carry_out, enter};
pub use error::PlanError;
pub use folder::{
    CLAIM_LABEL, DEFAULT_CAPACITY, Folder, FolderClaim, FolderOwner, claim_capacity, folder_owner, suffices,
};
pub use kinds::{
    NO_ROOM, Shape, as_new, claims_made, is_dev_template, may_fire, pod_template, recreation, shape, surges,
    without_surge,
};
pub use limits::misfits;
pub use names::{DEV_CONTAINER, SIDECAR_CONTAINER, secret_name};
pub use old_pods::{let_old_pods_go, lets_old_pods_go, with_own_strategy};
pub use options::{
    DEFAULT_COMMAND, DEFAULT_SIDECAR_IMAGE, DEFAULT_WORK_DIR, DevOptions, EnvSource, EnvSourceKind,
    NOCALHOST_SIDECAR_IMAGE, PROMPT_COMMAND, Sidecar, SidecarPreset,
};
pub use patch::{ConfigPlace, Patch, PatchKind, left_out, merged_lists};
pub use room::waits_for_the_share_of;
pub use shortage::shortage;
pub use show::{Difference, diff, render_diff, render_yaml};
pub use warning::WARNINGS;
