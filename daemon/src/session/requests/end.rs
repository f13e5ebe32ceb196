//! Ending sessions: which are meant, wherever they are reached from, and whether somebody else has what this daemon has
//! no session of.

use nhd_protocol::error::{ErrorData, ErrorInfo};
use nhd_protocol::listing::DevModeOwner;
use nhd_protocol::message::error as said;
use nhd_protocol::session::{EndParams, EndResult, SessionSelector};
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

use crate::cluster::error::OrAbsent as _;
use crate::cluster::record::Owner;
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
        return Err(ErrorInfo::of(&said::END_OF_NOTHING, &[]));
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
        Some((who, owner)) => {
            let error =
                ErrorInfo::of(&said::IN_DEV_MODE_BY_OTHERS, &[("workload", &workload), ("who", &who)]);
            Err(error.with_data(ErrorData::owner(owner.map(DevModeOwner::from))))
        }
    }
}

/// What is said where the record is gone or may not be read.
const UNKNOWN: &str = "by others, of whom there is no readable record";

/// By whom the workload is in DevMode, in words and where it is known as data; `None` where it is not.
async fn in_dev_mode(
    place: &Place,
    workload: &WorkloadRef,
) -> Result<Option<(String, Option<Owner>)>, ErrorInfo> {
    let unknown = || Some((UNKNOWN.to_owned(), None));
    let namespace = workload.namespace.as_str();
    let recorded = record::read(&place.objects, namespace, &record_name(workload)).await;
    if let Ok(Some(seen)) = &recorded
        && seen.is_of_nhd()
    {
        let who = seen.owner.as_ref().map_or_else(|| "by others".to_owned(), |it| format!("by {it}"));
        return Ok(Some((who, seen.owner.clone())));
    }
    let found = place.objects.get(workload.kind.into(), Some(namespace), &workload.name).await.or_absent();
    let found = found.map_err(|error| Failure::from(error).info)?;
    match found {
        Some(object) if nhd_plan::is_nocalhosts(&object) => {
            Ok(Some(("by Nocalhost's own tool".to_owned(), None)))
        }
        Some(object) if nhd_plan::is_ours(&object) => Ok(unknown()),
        // What is made beside it tells as well, and the record of a session that has yet to write anything.
        Some(object) => match dev_workload_of(&place.objects, &object).await {
            Ok(Some(_)) => Ok(unknown()),
            Ok(None) => recorded.map(|_| None).map_err(|error| Failure::from(error).info),
            Err(error) => Err(Failure::from(error).info),
        },
        None => Ok(None),
    }
}

fn untold(what: &str, error: ErrorInfo) -> ErrorInfo {
    let cause = error.message.clone();
    error.said(&said::DEV_MODE_UNTOLD, &[("workload", &what), ("cause", &cause)])
}
