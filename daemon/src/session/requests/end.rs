//! Ending sessions: which are meant, wherever they are reached from, and whether somebody else has what this daemon has
//! no session of.

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::session::{EndParams, EndResult, SessionSelector};
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

use crate::cluster::error::OrAbsent as _;
use crate::cluster::{ClusterAddress, record};
use crate::session::failure::Failure;
use crate::session::look::parts::record_name;
use crate::session::manager::SessionManager;
use crate::session::requests::check::address;
use crate::session::requests::place::Place;
use crate::session::requests::release::dev_workload_of;

pub async fn end(manager: &SessionManager, params: EndParams) -> Result<EndResult, ErrorInfo> {
    let EndParams { selector, kubeconfig, environment } = params;
    if selector.session.is_none() && selector.name.is_none() && !selector.all {
        let error = ErrorInfo::new(ErrorKind::InvalidRequest, "no session or workload to end is named");
        return Err(error.with_hint("name one, or say `all`"));
    }
    let says_where = kubeconfig.is_some() || !environment.is_empty();
    let from = match says_where {
        true => Some(address(kubeconfig.as_deref(), selector.context.clone(), environment)?),
        false => None,
    };
    let result = manager.end(&selector, from.as_ref()).await?;
    if let (true, Some(from), Some(kind), Some(name)) =
        (result.sessions.is_empty(), &from, selector.kind, &selector.name)
    {
        look_elsewhere(from, &selector, kind, name).await?;
    }
    Ok(result)
}

/// Fails where somebody else has the workload in DevMode, and where that cannot be told.
async fn look_elsewhere(
    from: &ClusterAddress,
    selector: &SessionSelector,
    kind: WorkloadKind,
    name: &str,
) -> Result<(), ErrorInfo> {
    let place = Place::find(from, selector.namespace.as_deref()).await;
    let place = place.map_err(|error| untold(&format!("{}/{name}", kind.word()), error))?;
    let workload = place.workload(kind, name);
    let who = in_dev_mode(&place, &workload).await.map_err(|error| untold(&workload.to_string(), error))?;
    match who {
        None => Ok(()),
        Some(who) => {
            let message = format!("this daemon has no session of {workload}, which is in DevMode {who}");
            Err(ErrorInfo::new(ErrorKind::InDevModeElsewhere, message).with_hint(
                "ask them to end it; or take it over, which gives it back by what they left in the cluster, and stops \
                 their work",
            ))
        }
    }
}

/// What is said where the record is gone or may not be read.
const UNKNOWN: &str = "by others, of whom there is no readable record";

/// By whom the workload is in DevMode, in words; `None` where it is not.
async fn in_dev_mode(place: &Place, workload: &WorkloadRef) -> Result<Option<String>, ErrorInfo> {
    let namespace = workload.namespace.as_str();
    let recorded = record::read(&place.objects, namespace, &record_name(workload)).await;
    if let Ok(Some(seen)) = &recorded
        && seen.is_of_nhd()
    {
        return Ok(Some(seen.owner.as_ref().map_or_else(|| "by others".to_owned(), |it| format!("by {it}"))));
    }
    let found = place.objects.get(workload.kind.into(), Some(namespace), &workload.name).await.or_absent();
    let found = found.map_err(|error| Failure::from(error).info)?;
    match found {
        Some(object) if nhd_plan::is_nocalhosts(&object) => Ok(Some("by Nocalhost's own tool".to_owned())),
        Some(object) if nhd_plan::is_ours(&object) => Ok(Some(UNKNOWN.to_owned())),
        // What is made beside it tells as well, and the record of a session that has yet to write anything.
        Some(object) => match dev_workload_of(&place.objects, &object).await {
            Ok(Some(_)) => Ok(Some(UNKNOWN.to_owned())),
            Ok(None) => recorded.map(|_| None).map_err(|error| Failure::from(error).info),
            Err(error) => Err(Failure::from(error).info),
        },
        None => Ok(None),
    }
}

fn untold(what: &str, error: ErrorInfo) -> ErrorInfo {
    let message = format!(
        "this daemon has no session of {what}, and whether others have it in DevMode cannot be told: {}",
        error.message
    );
    ErrorInfo { message, ..error }
}
