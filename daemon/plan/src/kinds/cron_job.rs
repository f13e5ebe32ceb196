//! A CronJob is suspended, on a schedule that hardly ever comes, and a Job with its template is made next to it.

use serde_json::Value;

use super::job;
use crate::DevOptions;
use crate::manifest::{set, text};
use crate::warning;

/// Once a year, and suspended then (the seed has the schedule alone).
const SCHEDULE: &str = "1 1 1 1 1";

pub(super) fn park(object: &mut Value, _options: &DevOptions, warnings: &mut Vec<String>) {
    if may_fire(object) {
        warnings.push(warning::SCHEDULE_PARKED.to_owned());
    }
    let spec = &mut object["spec"];
    let schedule = parked_schedule(text(spec, "schedule").unwrap_or_default());
    set(spec, "schedule", schedule);
    set(spec, "suspend", true);
}

/// The API server takes a schedule that names a time zone (`TZ=UTC 0 * * * *`) only in the place of one that does:
/// without it the original could not be put back.
fn parked_schedule(original: &str) -> String {
    match original.split_whitespace().next() {
        Some(zone) if zone.starts_with("TZ=") || zone.starts_with("CRON_TZ=") => format!("{zone} {SCHEDULE}"),
        _ => SCHEDULE.to_owned(),
    }
}

/// Whether either half of it is still there: an apply of the original may take back the schedule alone.
pub(super) fn is_parked(object: &Value) -> bool {
    let schedule = object.pointer("/spec/schedule").and_then(Value::as_str).unwrap_or_default();
    schedule == parked_schedule(schedule) || object.pointer("/spec/suspend") == Some(&Value::Bool(true))
}

/// It is not suspended, so the controller looks for times that were missed.
pub(super) fn may_fire(object: &Value) -> bool {
    object.pointer("/spec/suspend") != Some(&Value::Bool(true))
}

/// The template's own labels and annotations are for what the schedule starts.
pub(super) fn dev_workload(origin: &Value) -> Option<Value> {
    job::from_spec(origin, origin.pointer("/spec/jobTemplate/spec")?)
}
