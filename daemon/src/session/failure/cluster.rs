//! Requests to the API server that failed, for the user.

use nhd_protocol::error::{ErrorData, ErrorInfo, MissingPermission};
use nhd_protocol::message::error as said;

use super::cause_of;
use crate::cluster::record::{RecordError, SECRET_LIMIT};
use crate::cluster::{ClusterError, Reason};
use crate::session::failure::Failure;

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        let message = match error.reason {
            Reason::Unreachable => &said::CLUSTER_UNREACHABLE,
            Reason::Unauthorized => &said::UNAUTHORIZED,
            Reason::Forbidden => &said::FORBIDDEN,
            Reason::Invalid => &said::OBJECT_REFUSED,
            Reason::NotFound | Reason::AlreadyExists | Reason::Conflict | Reason::Other => {
                &said::CLUSTER_ERROR
            }
        };
        let transient = error.is_transient();
        let cause = cause_of(&error);
        let info = ErrorInfo::of(
            message,
            &[("action", &error.action), ("object", &error.object), ("cause", &cause)],
        );
        let missing = Some(cause).filter(|_| error.reason == Reason::Forbidden);
        let missing = missing.and_then(|cause| refused_permission(&cause)).into_iter().collect();
        Self { info: info.with_data(ErrorData { missing, ..ErrorData::default() }), transient }
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Cluster(error) => error.into(),
            RecordError::TooLarge { size } => {
                let arguments: &[(&str, &dyn std::fmt::Display)] =
                    &[("size", &size), ("limit", &SECRET_LIMIT)];
                Self::fatal(ErrorInfo::of(&said::RECORD_TOO_LARGE, arguments))
            }
        }
    }
}

/// What the API server's authorizer says is missing, which always is in these words: `pods "web" is forbidden: User "ann"
/// cannot get resource "pods/log" in API group "" in the namespace "shop"`.
pub(super) fn refused_permission(answer: &str) -> Option<MissingPermission> {
    let quoted = |text: &str, before: &str| -> Option<String> {
        let rest = text.split_once(before)?.1.strip_prefix('"')?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let (object, refusal) = answer.split_once(" is forbidden: ")?;
    let refusal = &refusal[refusal.find(" cannot ")? + " cannot ".len()..];
    let (verb, rest) = refusal.split_once(" resource ")?;
    let resource = quoted(refusal, " resource ")?;
    let (resource, subresource) = match resource.split_once('/') {
        Some((resource, subresource)) => (resource.to_owned(), Some(subresource.to_owned())),
        None => (resource, None),
    };
    let name = object.strip_suffix('"').and_then(|object| Some(object.rsplit_once('"')?.1.to_owned()));
    Some(MissingPermission {
        verb: verb.to_owned(),
        group: quoted(rest, " in API group ")?,
        resource,
        subresource,
        namespace: quoted(rest, " in the namespace "),
        name,
    })
}
