//! What a start would do, for people to read. Changes nothing.

use futures::try_join;
use nhd_protocol::error::{ErrorInfo, ErrorKind};
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

pub async fn preview(manager: &SessionManager, params: StartParams) -> Result<PlanResult, ErrorInfo> {
    let request = Request::check(params)?;
    let place = Place::find(&request.address, request.namespace.as_deref()).await?;
    let details = configure(manager.paths(), &place, &request).await?;
    let workload = place.workload(request.kind, &request.name);
    if let Some(session) = manager.has_session(&place.cluster_uid, &workload) {
        let error = ErrorInfo::new(ErrorKind::SessionExists, format!("{workload} is in DevMode already"))
            .with_hint("end that session first");
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
    let prepared = prepare(&place.objects, &workload, &session.request, asker);
    let (prepared, _) =
        try_join!(prepared, syncthing(&session.cluster.environment)).map_err(|failure| failure.info)?;
    let secret = PlannedChange {
        action: PlannedAction::Create,
        kind: "Secret".to_owned(),
        name: record_name(&workload),
        diff: nhd_plan::render_diff(&json!({}), &without_values(prepared.secret)),
    };
    let plan = prepared.plan;
    let shape = nhd_plan::shape(workload.kind.as_str());
    let edit = (shape != Some(Shape::Untouched)).then(|| PlannedChange {
        action: if shape == Some(Shape::Replaced) { PlannedAction::Replace } else { PlannedAction::Update },
        kind: workload.kind.to_string(),
        name: workload.name.clone(),
        diff: match shape {
            Some(Shape::Replaced) => {
                nhd_plan::render_diff(&nhd_plan::as_new(&plan.edit.origin), &plan.edit.edited)
            }
            _ => nhd_plan::render_diff(&plan.edit.origin, &plan.edit.edited),
        },
    });
    let generated = plan.edit.dev_workload.as_ref().map(|generated| PlannedChange {
        action: PlannedAction::Create,
        kind: generated["kind"].as_str().unwrap_or_default().to_owned(),
        name: generated["metadata"]["name"].as_str().unwrap_or_default().to_owned(),
        diff: nhd_plan::render_diff(&json!({}), generated),
    });
    let pins = plan.edit.autoscalers.iter().map(|it| PlannedChange {
        action: PlannedAction::Update,
        kind: it.origin["kind"].as_str().unwrap_or_default().to_owned(),
        name: it.name().to_owned(),
        diff: nhd_plan::render_diff(&it.origin, &it.pinned),
    });
    Ok(PlanResult {
        context: place.client.context,
        server: place.client.server,
        container: plan.edit.container,
        changes: std::iter::once(secret).chain(pins).chain(edit).chain(generated).collect(),
        warnings: [session.request.dev.warnings, plan.warnings].concat(),
        workload,
    })
}

/// A Secret with the size of each value in the value's place.
fn without_values(mut secret: Value) -> Value {
    for value in secret["data"].as_object_mut().into_iter().flat_map(|data| data.values_mut()) {
        *value = json!(format!("({} bytes)", value.as_str().map_or(0, str::len)));
    }
    secret
}
