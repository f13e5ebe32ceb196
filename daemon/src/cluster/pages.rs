//! Lists that can be long, read a page at a time: no answer of a big cluster takes longer than a request may. It does not
//! know what is listed.

use kube::api::ListParams;
use kube::core::Request;
use serde_json::Value;

use super::error::{ClusterError, Reason};
use super::objects::{Objects, Resource, describe_all};

/// As many as kubectl asks for.
const PAGE: u32 = 500;

/// How much of each object is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Whole,
    /// The metadata alone: what is in an object may be large.
    Metadata,
}

/// All objects of a kind, as far as they were kept, and the version of the list, from which a watch goes on.
#[derive(Debug)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub version: String,
}

impl Objects {
    /// All objects of a kind that match a label selector.
    pub async fn pages(
        &self,
        resource: Resource,
        namespace: Option<&str>,
        selector: Option<&str>,
        part: Part,
    ) -> Result<Vec<Value>, ClusterError> {
        Ok(self.listed(resource, namespace, selector, part, Some).await?.items)
    }

    /// The same, with only what is kept of each object: of many the whole would fill the memory.
    pub async fn listed<T>(
        &self,
        resource: Resource,
        namespace: Option<&str>,
        selector: Option<&str>,
        part: Part,
        keep: impl Fn(Value) -> Option<T>,
    ) -> Result<Listed<T>, ClusterError> {
        let all = || selector.map_or_else(ListParams::default, |it| ListParams::default().labels(it));
        let page = all().limit(PAGE);
        let (mut items, mut next) = (Vec::new(), page.clone());
        loop {
            let list = self.page(resource, namespace, &next, part).await;
            let mut list = match list {
                // A list that is read for too long goes on in a state that the server has forgotten.
                Err(error) if error.reason == Reason::Other && next.continue_token.is_some() => {
                    items.clear();
                    self.page(resource, namespace, &all(), part).await?
                }
                list => list?,
            };
            if let Value::Array(found) = list["items"].take() {
                items.extend(found.into_iter().filter_map(&keep));
            }
            match list.pointer("/metadata/continue").and_then(Value::as_str) {
                Some(token) if !token.is_empty() => next = page.clone().continue_token(token),
                _ => return Ok(Listed { items, version: version(&list) }),
            }
        }
    }

    async fn page(
        &self,
        resource: Resource,
        namespace: Option<&str>,
        params: &ListParams,
        part: Part,
    ) -> Result<Value, ClusterError> {
        let request = Request::new(resource.path(namespace));
        let request = match part {
            Part::Whole => request.list(params),
            Part::Metadata => request.list_metadata(params),
        };
        self.send("list", describe_all(resource, namespace), request).await
    }
}

/// The version of a list or of an object.
pub(super) fn version(of: &Value) -> String {
    of.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use http::{Request, Response, header::ACCEPT};
    use kube::client::Body;
    use serde_json::json;

    use super::*;
    use crate::cluster::objects::PODS;

    /// What is asked of a server of three pages, and how many items came of it. At `forgotten` the server no longer
    /// knows how the list goes on.
    async fn listed(part: Part, forgotten: Option<&'static str>) -> (usize, Vec<String>) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let answer = move |request: Request<Body>| {
            let query = request.uri().query().unwrap_or_default().to_owned();
            let accepted = request.headers().get(ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
            let is_partial = accepted.contains("PartialObjectMetadata");
            assert_eq!(is_partial, part == Part::Metadata);
            let token = query.split('&').find_map(|pair| pair.strip_prefix("continue=")).unwrap_or_default();
            let (status, body) = match token {
                token if Some(token) == forgotten => {
                    (410, json!({"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"}))
                }
                _ if !query.contains("limit=500") => (200, json!({"metadata": {}, "items": [1, 2, 3, 4, 5]})),
                "" => (200, json!({"metadata": {"continue": "two"}, "items": [1, 2]})),
                "two" => (200, json!({"metadata": {"continue": "three"}, "items": [3, 4]})),
                _ => (200, json!({"metadata": {"continue": ""}, "items": [5]})),
            };
            log.lock().expect("no panic").push(query);
            let response = Response::builder().status(status).body(Body::from(body.to_string().into_bytes()));
            std::future::ready(Ok::<_, std::convert::Infallible>(response.expect("is an answer")))
        };
        let objects = Objects::new(kube::Client::new(tower::service_fn(answer), "default"));
        let items = objects.pages(PODS, None, Some("a=b"), part).await.expect("is listed");
        let asked = asked.lock().expect("no panic").clone();
        (items.len(), asked)
    }

    #[tokio::test]
    async fn a_long_list_is_read_page_by_page_and_once_more_where_the_server_has_lost_it() {
        for part in [Part::Whole, Part::Metadata] {
            let (items, asked) = listed(part, None).await;
            assert_eq!((items, asked.len()), (5, 3), "{asked:?}");
            assert!(
                asked.iter().all(|query| query.contains("limit=500") && query.contains("labelSelector=a"))
            );
        }
        for forgotten in ["two", "three"] {
            let (items, asked) = listed(Part::Whole, Some(forgotten)).await;
            assert_eq!(items, 5, "{asked:?}");
        }
    }
}
