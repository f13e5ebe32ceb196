//! Room in a workload's history of revisions for the one of DevMode.

use serde_json::Value;

use crate::manifest::set;

/// What the API server takes where a workload says nothing.
const DEFAULT_LIMIT: u64 = 10;
/// Room for revisions that appear while in DevMode: the dev template's next one, another by somebody else's edit.
const SPARE_REVISIONS: u64 = 2;

/// The controller deletes the oldest revisions beyond the limit, and after the edit all those that exist now are
/// old ones, the original's included.
pub(super) fn keep(spec: &mut Value, revisions: usize) {
    let revisions = revisions as u64;
    let limit = spec.get("revisionHistoryLimit").and_then(Value::as_u64).unwrap_or(DEFAULT_LIMIT);
    if limit <= revisions {
        set(spec, "revisionHistoryLimit", revisions + SPARE_REVISIONS);
    }
}
