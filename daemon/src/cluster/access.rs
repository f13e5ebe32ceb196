//! Whether the user may do what starting *and* ending need, asked before anything is written.

use futures::future::try_join_all;
use nhd_protocol::error::MissingPermission;
use serde_json::{Value, json};

use super::error::ClusterError;
use super::objects::{Mode, Objects, REVIEWS, Resource};

/// One thing that must be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    pub verb: &'static str,
    pub resource: Resource,
    pub subresource: Option<&'static str>,
}

impl Permission {
    /// The same as what a user lacks in a namespace.
    #[must_use]
    pub fn missing_in(&self, namespace: &str) -> MissingPermission {
        MissingPermission {
            verb: self.verb.to_owned(),
            group: self.resource.group.to_owned(),
            resource: self.resource.plural.to_owned(),
            subresource: self.subresource.map(str::to_owned),
            namespace: Some(namespace.to_owned()),
            name: None,
        }
    }
}

impl std::fmt::Display for Permission {
    /// `create pods/portforward`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.verb, self.resource.plural)?;
        match self.subresource {
            Some(subresource) => write!(f, "/{subresource}"),
            None => Ok(()),
        }
    }
}

/// Several verbs on one resource.
pub fn permissions(resource: Resource, verbs: &'static [&'static str]) -> impl Iterator<Item = Permission> {
    verbs.iter().map(move |verb| Permission { verb, resource, subresource: None })
}

/// Those of the permissions that the user does not have in the namespace.
pub async fn missing(
    objects: &Objects,
    namespace: &str,
    wanted: &[Permission],
) -> Result<Vec<Permission>, ClusterError> {
    let reviews = wanted.iter().map(|permission| is_allowed(objects, namespace, permission));
    let allowed = try_join_all(reviews).await?;
    Ok(wanted
        .iter()
        .zip(allowed)
        .filter(|(_, allowed)| !allowed)
        .map(|(permission, _)| *permission)
        .collect())
}

/// Whether the user has the permission in the namespace.
pub async fn is_allowed(
    objects: &Objects,
    namespace: &str,
    permission: &Permission,
) -> Result<bool, ClusterError> {
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {
            "namespace": namespace,
            "verb": permission.verb,
            "group": permission.resource.group,
            "version": permission.resource.version,
            "resource": permission.resource.plural,
            "subresource": permission.subresource.unwrap_or_default(),
        }},
    });
    let answer = objects.create(REVIEWS, None, &review, Mode::Real).await?;
    Ok(answer.pointer("/status/allowed").and_then(Value::as_bool).unwrap_or(false))
}
