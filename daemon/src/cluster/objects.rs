//! Raw objects: read and written as JSON, so that fields which this library does not know survive.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use http::Request as HttpRequest;
use kube::api::{DeleteParams, GetParams, ListParams, PostParams, Preconditions, PropagationPolicy};
use kube::core::Request;
use nhd_protocol::workload::WorkloadKind;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::{ClusterError, bounded};

/// The field manager under which nhd writes.
pub const FIELD_MANAGER: &str = "nhd";

/// A kind of object as the API's paths name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    pub group: &'static str,
    pub version: &'static str,
    pub plural: &'static str,
    /// The singular in lower case, for messages.
    pub word: &'static str,
}

pub const SECRETS: Resource = Resource { group: "", version: "v1", plural: "secrets", word: "secret" };
pub const CONFIG_MAPS: Resource =
    Resource { group: "", version: "v1", plural: "configmaps", word: "configmap" };
pub const PODS: Resource = Resource { group: "", version: "v1", plural: "pods", word: "pod" };
pub const NAMESPACES: Resource =
    Resource { group: "", version: "v1", plural: "namespaces", word: "namespace" };
pub const SERVICES: Resource = Resource { group: "", version: "v1", plural: "services", word: "service" };
pub const QUOTAS: Resource =
    Resource { group: "", version: "v1", plural: "resourcequotas", word: "resource quota" };
pub const LIMIT_RANGES: Resource =
    Resource { group: "", version: "v1", plural: "limitranges", word: "limit range" };
pub const CLAIMS: Resource =
    Resource { group: "", version: "v1", plural: "persistentvolumeclaims", word: "volume claim" };
pub const REPLICA_SETS: Resource =
    Resource { group: "apps", version: "v1", plural: "replicasets", word: "replica set" };
pub const CONTROLLER_REVISIONS: Resource =
    Resource { group: "apps", version: "v1", plural: "controllerrevisions", word: "controller revision" };
pub const EVENTS: Resource = Resource { group: "", version: "v1", plural: "events", word: "event" };
pub const REVIEWS: Resource = Resource {
    group: "authorization.k8s.io",
    version: "v1",
    plural: "selfsubjectaccessreviews",
    word: "access review",
};

impl From<WorkloadKind> for Resource {
    fn from(kind: WorkloadKind) -> Self {
        let (group, plural) = match kind {
            WorkloadKind::Deployment => ("apps", "deployments"),
            WorkloadKind::StatefulSet => ("apps", "statefulsets"),
            WorkloadKind::DaemonSet => ("apps", "daemonsets"),
            WorkloadKind::Job => ("batch", "jobs"),
            WorkloadKind::CronJob => ("batch", "cronjobs"),
            WorkloadKind::Pod => ("", "pods"),
        };
        Self { group, version: "v1", plural, word: kind.word() }
    }
}

impl Resource {
    /// The path of the collection: `/apis/apps/v1/namespaces/NS/deployments`.
    pub(super) fn path(self, namespace: Option<&str>) -> String {
        let mut path = if self.group.is_empty() {
            format!("/api/{}", self.version)
        } else {
            format!("/apis/{}/{}", self.group, self.version)
        };
        if let Some(namespace) = namespace {
            let _ = write!(path, "/namespaces/{namespace}");
        }
        let _ = write!(path, "/{}", self.plural);
        path
    }
}

/// What a delete must find, and what becomes of dependants.
#[derive(Debug, Clone, Default)]
pub struct Delete {
    pub uid: Option<String>,
    pub resource_version: Option<String>,
    pub grace_period_seconds: Option<u32>,
    /// Dependants are collected in the background instead of being orphaned.
    pub background: bool,
}

/// Requests for raw objects on one cluster.
#[derive(Clone)]
pub struct Objects {
    pub(super) client: kube::Client,
    newest: Newest,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Objects")
    }
}

/// Whether a write is only tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    DryRun,
    Real,
}

impl Objects {
    pub fn new(client: kube::Client) -> Self {
        Self { client, newest: Newest::default() }
    }

    /// Takes a state of an object into account that was read or written earlier.
    pub fn remember(&self, state: &Value) {
        self.newest.note(state);
    }

    pub fn client(&self) -> &kube::Client {
        &self.client
    }

    pub async fn get(
        &self,
        resource: Resource,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Value, ClusterError> {
        let request = Request::new(resource.path(namespace)).get(name, &GetParams::default());
        let found = self.send("read", describe(resource, namespace, name), request).await?;
        if !self.newest.note(&found) {
            return Err(ClusterError::stale("read", describe(resource, namespace, name)));
        }
        Ok(found)
    }

    /// All objects of a kind that match a label selector, as one list object.
    pub async fn list<T: DeserializeOwned>(
        &self,
        resource: Resource,
        namespace: Option<&str>,
        selector: Option<&str>,
    ) -> Result<T, ClusterError> {
        let mut params = ListParams::default();
        if let Some(selector) = selector {
            params = params.labels(selector);
        }
        let request = Request::new(resource.path(namespace)).list(&params);
        self.send("list", describe_all(resource, namespace), request).await
    }

    /// The objects of a kind that match a field selector, at most so many, as one list object.
    pub async fn list_by_fields(
        &self,
        resource: Resource,
        namespace: &str,
        fields: &str,
        limit: u32,
    ) -> Result<Value, ClusterError> {
        let params = ListParams::default().fields(fields).limit(limit);
        let request = Request::new(resource.path(Some(namespace))).list(&params);
        self.send("list", describe_all(resource, Some(namespace)), request).await
    }

    pub async fn create(
        &self,
        resource: Resource,
        namespace: Option<&str>,
        object: &Value,
        mode: Mode,
    ) -> Result<Value, ClusterError> {
        let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let request =
            Request::new(resource.path(namespace)).create(&post(mode), object.to_string().into_bytes());
        let action = if mode == Mode::DryRun { "try to create" } else { "create" };
        let written = self.send(action, describe(resource, namespace, name), request).await?;
        if mode == Mode::Real {
            self.newest.note(&written);
        }
        Ok(written)
    }

    /// Replaces an object. `metadata.uid` and `metadata.resourceVersion` in it are the preconditions: an object that
    /// changed since it was read answers with a conflict.
    pub async fn replace(
        &self,
        resource: Resource,
        namespace: Option<&str>,
        object: &Value,
        mode: Mode,
    ) -> Result<Value, ClusterError> {
        let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let request = Request::new(resource.path(namespace)).replace(
            name,
            &post(mode),
            object.to_string().into_bytes(),
        );
        let action = if mode == Mode::DryRun { "try to change" } else { "change" };
        let written = self.send(action, describe(resource, namespace, name), request).await?;
        if mode == Mode::Real {
            self.newest.note(&written);
        }
        Ok(written)
    }

    /// Replaces the status of an object, with the same preconditions.
    pub async fn replace_status(
        &self,
        resource: Resource,
        namespace: Option<&str>,
        object: &Value,
    ) -> Result<Value, ClusterError> {
        let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let request = Request::new(resource.path(namespace)).replace_subresource(
            "status",
            name,
            &post(Mode::Real),
            object.to_string().into_bytes(),
        );
        let written = self.send("change the status of", describe(resource, namespace, name), request).await?;
        self.newest.note(&written);
        Ok(written)
    }

    /// The minor version of the API server: 34 of 1.34.
    pub async fn server_minor(&self) -> Result<u32, ClusterError> {
        let request = HttpRequest::get("/version").body(Vec::new());
        let request = request.map_err(kube::core::request::Error::BuildRequest);
        let version: Value = self.send("read", "the version of the API server".to_owned(), request).await?;
        let minor = version["minor"].as_str().unwrap_or_default();
        let digits = minor.trim_end_matches(|c: char| !c.is_ascii_digit());
        Ok(digits.parse().unwrap_or(0))
    }

    /// Deletes an object that meets the preconditions; one that is gone already is a success.
    pub async fn delete(
        &self,
        resource: Resource,
        namespace: Option<&str>,
        name: &str,
        delete: Delete,
    ) -> Result<(), ClusterError> {
        let params = DeleteParams {
            grace_period_seconds: delete.grace_period_seconds,
            propagation_policy: delete.background.then_some(PropagationPolicy::Background),
            preconditions: Some(Preconditions { uid: delete.uid, resource_version: delete.resource_version }),
            ..DeleteParams::default()
        };
        let request = Request::new(resource.path(namespace)).delete(name, &params);
        match self.send::<Value>("delete", describe(resource, namespace, name), request).await {
            Err(error) if error.reason != super::Reason::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        action: &'static str,
        object: String,
        request: Result<HttpRequest<Vec<u8>>, kube::core::request::Error>,
    ) -> Result<T, ClusterError> {
        let request = request.map_err(kube::Error::BuildRequest);
        let request = request.map_err(|error| ClusterError::new(action, object.as_str(), error))?;
        bounded(action, object, self.client.request(request)).await
    }
}

/// The newest version that is known of each object that was read or written lately. An answer that is older, as of an API
/// server that lags behind, must never be acted on: what was written would seem to have been undone.
#[derive(Clone, Default)]
struct Newest(Arc<Mutex<BTreeMap<String, u64>>>);

impl Newest {
    /// More objects than any session looks at.
    const KNOWN: usize = 256;

    /// Takes an answer into account; `false` where one before it was newer.
    fn note(&self, answer: &Value) -> bool {
        let Some((uid, version)) = version_of(answer) else { return true };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::KNOWN && !known.contains_key(uid) {
            known.clear();
        }
        let newest = known.entry(uid.to_owned()).or_default();
        *newest = version.max(*newest);
        version == *newest
    }
}

/// Versions are numbers that grow where they are numbers at all, which every API server on etcd keeps to.
fn version_of(object: &Value) -> Option<(&str, u64)> {
    let metadata = &object["metadata"];
    Some((metadata["uid"].as_str()?, metadata["resourceVersion"].as_str()?.parse().ok()?))
}

fn describe(resource: Resource, namespace: Option<&str>, name: &str) -> String {
    match namespace {
        Some(namespace) => format!("{} {name} in namespace {namespace}", resource.word),
        None => format!("{} {name}", resource.word),
    }
}

pub(super) fn describe_all(resource: Resource, namespace: Option<&str>) -> String {
    match namespace {
        Some(namespace) => format!("the {}s of namespace {namespace}", resource.word),
        None => format!("the {}s", resource.word),
    }
}

/// Whether an object was deleted, and is still there.
#[must_use]
pub fn is_leaving(object: &Value) -> bool {
    object.pointer("/metadata/deletionTimestamp").is_some()
}

fn post(mode: Mode) -> PostParams {
    PostParams { dry_run: mode == Mode::DryRun, field_manager: Some(FIELD_MANAGER.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_that_is_older_than_what_an_earlier_daemon_knew_is_none() {
        let state = |version: &str| serde_json::json!({"metadata": {"uid": "u", "resourceVersion": version}});
        let answer = state("5");
        let client = || {
            let body = answer.to_string().into_bytes();
            let service = tower::service_fn(move |_: HttpRequest<kube::client::Body>| {
                let body = kube::client::Body::from(body.clone());
                async move { Ok::<_, std::convert::Infallible>(http::Response::new(body)) }
            });
            Objects::new(kube::Client::new(service, "default"))
        };
        for (known, believed) in [(None, true), (Some("4"), true), (Some("5"), true), (Some("6"), false)] {
            let objects = client();
            known.iter().for_each(|version| objects.remember(&state(version)));
            assert_eq!(objects.get(SECRETS, Some("n"), "web").await.is_ok(), believed, "{known:?}");
        }
    }

    #[test]
    fn paths_follow_the_group() {
        assert_eq!(SECRETS.path(Some("n")), "/api/v1/namespaces/n/secrets");
        assert_eq!(
            Resource::from(WorkloadKind::Deployment).path(Some("n")),
            "/apis/apps/v1/namespaces/n/deployments"
        );
        assert_eq!(NAMESPACES.path(None), "/api/v1/namespaces");
    }
}
