//! The namespaces of a cluster, and for a user who may not list them those that are known all the same.

use std::collections::BTreeSet;

use nhd_protocol::browse::contexts::{ContextListParams, NamespaceEntry, NamespaceList, NamespaceListParams};
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::session::SessionSelector;
use serde_json::Value;

use super::contexts;
use crate::cluster::objects::{NAMESPACES, Objects};
use crate::cluster::pages::Part;
use crate::cluster::{ClusterClient, Reason};
use crate::session::SessionManager;
use crate::session::failure::Failure;
use crate::session::requests::check::address;

pub async fn list(manager: &SessionManager, params: NamespaceListParams) -> Result<NamespaceList, ErrorInfo> {
    let NamespaceListParams { kubeconfig, context, environment } = params;
    let address = address(kubeconfig.as_deref(), context, environment.clone())?;
    let client = address.connect().await.map_err(|error| Failure::from(error).info)?;
    // The metadata tells the phase: a namespace is `Terminating` from the moment that its deletion has a time.
    let listed = Objects::new(client.client.clone()).pages(NAMESPACES, None, None, Part::Metadata).await;
    let (namespaces, refused) = match listed {
        Ok(items) => (items.iter().filter_map(entry).collect(), None),
        Err(error) if error.reason == Reason::Forbidden => {
            let contexts = contexts::list(ContextListParams { kubeconfig, environment }).await?;
            let of_contexts =
                contexts.contexts.into_iter().filter(|entry| is_at(entry.server.as_deref(), &client));
            let sessions = manager.list(&SessionSelector::default()).sessions.into_iter();
            let of_sessions = sessions.filter(|status| is_at(Some(&status.server), &client));
            let names: BTreeSet<String> = of_contexts
                .filter_map(|entry| entry.namespace)
                .chain(of_sessions.map(|status| status.workload.namespace))
                .chain([client.default_namespace.clone()])
                .collect();
            let known = names.into_iter().map(|name| NamespaceEntry { name, terminating: false }).collect();
            (known, Some(refusal(Failure::from(error).info)))
        }
        Err(error) => return Err(Failure::from(error).info),
    };
    let ClusterClient { context, server, default_namespace, .. } = client;
    Ok(NamespaceList { context, server, own: default_namespace, namespaces, refused })
}

fn refusal(error: ErrorInfo) -> ErrorInfo {
    error.with_hint("name the namespace to work in; only listing them is not allowed")
}

fn entry(item: &Value) -> Option<NamespaceEntry> {
    let metadata = &item["metadata"];
    let name = metadata["name"].as_str()?.to_owned();
    Some(NamespaceEntry { name, terminating: !metadata["deletionTimestamp"].is_null() })
}

/// Whether this is the address of that cluster, however it is written.
fn is_at(server: Option<&str>, client: &ClusterClient) -> bool {
    server.is_some_and(|server| server.trim_end_matches('/') == client.server)
}
