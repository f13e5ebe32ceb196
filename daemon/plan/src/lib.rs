//! Decides what entering and leaving DevMode changes in a workload's manifest: objects in, objects out.
//!
//! It knows no cluster, clock or disk, and works on raw JSON so that fields it has never heard of survive. What the
//! caller must look up first (how many revisions exist, whether a claim can be attached twice) is part of
//! [`DevOptions`].

mod options;
mod names;
mod enter;
mod edit;
mod owner;
mod ownership;
mod autoscaler;
mod mark;
mod kind;
mod deployment;
mod stateful_set;
mod daemon_set;
mod job;
mod cron_job;
mod pod;
mod history;
mod beside;
mod template;
mod container;
mod references;
mod security;
mod configured;
mod work_dir;
mod mounts;
mod volumes;
mod sidecar;
mod standing;
mod restore;
mod merge;
mod diff;
mod render;
mod manifest;
mod error;

#[cfg(test)]
mod foreign_properties;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod kinds_properties;
#[cfg(test)]
mod kinds_tables;
#[cfg(test)]
mod properties;

pub use autoscaler::{is_pinned, pin, release, scales, unpinned};
pub use beside::{dev_selector, generated_for, is_generated, is_generated_for};
pub use cron_job::may_fire;
pub use diff::{Difference, diff};
pub use edit::{Edit, PinnedAutoscaler};
pub use enter::{Entered, carry_out, enter};
pub use error::PlanError;
pub use kind::{Shape, is_dev_template, pod_template, shape};
pub use mark::{is_nocalhosts, is_ours};
pub use merge::merge;
pub use names::{DEV_CONTAINER, SIDECAR_CONTAINER, dev_name, secret_name};
pub use options::{
    DEFAULT_COMMAND, DEFAULT_SIDECAR_IMAGE, DEFAULT_WORK_DIR, DevOptions, NOCALHOST_SIDECAR_IMAGE,
    PROMPT_COMMAND, Sidecar, SidecarPreset,
};
pub use owner::controller;
pub use ownership::{owns_fields, return_ownership, writers_since};
pub use pod::{as_new, recreation};
pub use render::render_diff;
pub use restore::{restore, settle};
pub use standing::{Standing, standing};
pub use stateful_set::dev_pod_name;
