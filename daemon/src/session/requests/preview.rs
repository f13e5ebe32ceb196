//! What a start would do, for people to read. Changes nothing.

use futures::try_join;
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::{Notice, error};
use nhd_protocol::session::{PlanResult, PlannedAction, PlannedChange, StartParams};
use serde_json::{Value, json};

use crate::machine_user;
use crate::session::look::parts::record_name;
use crate::session::manager::SessionManager;
use crate::session::prepare::{Asker, prepare};
use crate::session::requests::check::Request;
use crate::session::requests::configure::configure;
use crate::session::requests::place::{Place, new_session};
use crate::session::steps::{sidecar_files, syncthing};
use nhd_plan::Shape;

/// More of a manifest is not shown whole. An answer may have ten of them, and is at most 10 MiB long.
const LONGEST_MANIFEST: usize = 256 * 1024;

pub async fn preview(manager: &SessionManager, params: StartParams) -> Result<PlanResult, ErrorInfo> {
    let request = Request::check(params)?;
    let place = Place::find(&request.address, request.namespace.as_deref()).await?;
    let details = configure(manager.paths(), &place, &request).await?;
    let workload = place.workload(request.kind, &request.name);
    if let Some(session) = manager.has_session(&place.cluster_uid, &workload) {
        let error = ErrorInfo::of(&error::IN_DEV_MODE_HERE, &[("workload", &workload)]);
        return Err(ErrorInfo { session: Some(session), ..error });
    }
    manager.check_rules(&details)?;
    let session = new_session(&request, details, &place)?;
    let files = sidecar_files(&session);
    let asker = Asker {
        session: &session.id,
        owner: machine_user::owner(&session.created_at),
        files: &files,
        earlier: &[],
    };
    let prepared = Box::pin(prepare(&place.objects, &workload, &session.request, asker));
    let (prepared, _) =
        try_join!(prepared, syncthing(&session.cluster.environment)).map_err(|failure| failure.info)?;
    let secret = without_values(prepared.secret);
    let secret = change(PlannedAction::Create, &record_name(&workload), None, &secret);
    let plan = prepared.plan;
    let edit = match nhd_plan::shape(workload.kind.as_str()) {
        Some(Shape::Untouched) => None,
        Some(Shape::Replaced) => {
            let before = nhd_plan::as_new(&plan.edit.origin);
            Some(change(PlannedAction::Replace, &workload.name, Some(&before), &plan.edit.edited))
        }
        _ => Some(change(PlannedAction::Update, &workload.name, Some(&plan.edit.origin), &plan.edit.edited)),
    };
    let generated = plan.edit.dev_workload.as_ref().map(|generated| {
        let name = generated["metadata"]["name"].as_str().unwrap_or_default();
        change(PlannedAction::Create, name, None, generated)
    });
    let scaling = plan.edit.autoscalers.iter();
    let pins = scaling.map(|it| change(PlannedAction::Update, it.name(), Some(&it.origin), &it.pinned));
    let folders = plan.edit.folders.iter().filter(|folder| !folder.existed);
    let folders = folders.map(|it| change(PlannedAction::Create, it.name(), None, &it.claim));
    let warnings = [session.request.dev.warnings, plan.warnings].concat();
    Ok(PlanResult {
        context: place.client.context,
        server: place.client.server,
        container: plan.edit.container,
        changes: std::iter::once(secret).chain(folders).chain(pins).chain(edit).chain(generated).collect(),
        notices: Notice::all(&warnings),
        warnings,
        workload,
    })
}

/// One object, as a diff and whole.
fn change(action: PlannedAction, name: &str, before: Option<&Value>, after: &Value) -> PlannedChange {
    let diff = nhd_plan::render_diff(before.unwrap_or(&json!({})), after);
    let kind = after["kind"].as_str().unwrap_or_default().to_owned();
    let [before, after] = [before, Some(after)].map(|object| object.map(nhd_plan::render_yaml).map(bounded));
    let truncated = [&before, &after].into_iter().flatten().any(|(_, cut)| *cut);
    let [before, after] = [before, after].map(|text| text.map(|(text, _)| text));
    PlannedChange { action, kind, name: name.to_owned(), diff, before, after, truncated }
}

/// A text that a message can hold several of, and whether it had to be cut for that: behind a whole line, with a
/// comment.
fn bounded(mut text: String) -> (String, bool) {
    if text.len() <= LONGEST_MANIFEST {
        return (text, false);
    }
    let end =
        text.as_bytes()[..LONGEST_MANIFEST].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    text.truncate(end);
    text.push_str("# the rest is left out here: it is too long\n");
    (text, true)
}

/// A Secret with the size of each value in the value's place.
fn without_values(mut secret: Value) -> Value {
    for value in secret["data"].as_object_mut().into_iter().flat_map(|data| data.values_mut()) {
        *value = json!(format!("({} bytes)", value.as_str().map_or(0, str::len)));
    }
    secret
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_whole_is_bounded_by_lines_and_has_no_secret() {
        let secret = without_values(json!({"kind": "Secret", "data": {"key.pem": "c2VjcmV0"}}));
        let shown = change(PlannedAction::Create, "s", None, &secret);
        assert_eq!((shown.before, shown.truncated), (None, false));
        assert_eq!(shown.after.as_deref(), Some("data:\n  key.pem: (8 bytes)\nkind: Secret\n"));
        let long = |items: usize| json!({"kind": "Job", "items": vec!["ä".repeat(50); items]});
        let shown = change(PlannedAction::Update, "j", Some(&long(3)), &long(9_000));
        let (before, after) = (shown.before.expect("a text"), shown.after.expect("a text"));
        assert!(shown.truncated && !before.contains('#') && before.ends_with("kind: Job\n"));
        assert!(after.ends_with("ä\n# the rest is left out here: it is too long\n"), "{}", after.len());
        assert!((LONGEST_MANIFEST - 200..LONGEST_MANIFEST + 50).contains(&after.len()), "{}", after.len());
    }
}
