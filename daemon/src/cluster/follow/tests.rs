use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use http::{Request as HttpRequest, Response};
use kube::client::Body;
use serde_json::json;

use super::*;
use crate::cluster::objects::PODS;

/// What the server does with the next request: a list, or the lines of a watch.
type Script = Arc<Mutex<VecDeque<(u16, String)>>>;

fn list(version: &str, names: &[&str]) -> (u16, String) {
    let items: Vec<Value> = names.iter().map(|name| json!({"metadata": {"name": name}})).collect();
    (200, json!({"metadata": {"resourceVersion": version}, "items": items}).to_string())
}

fn event(kind: &str, name: &str, version: &str) -> String {
    let object =
        json!({"kind": "Pod", "apiVersion": "v1", "metadata": {"name": name, "resourceVersion": version}});
    json!({"type": kind, "object": object}).to_string()
}

fn watch(lines: &[String]) -> (u16, String) {
    (200, lines.iter().map(|line| format!("{line}\n")).collect())
}

fn failure(code: u16, reason: &str) -> (u16, String) {
    (
        code,
        json!({"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": reason})
            .to_string(),
    )
}

/// Follows by the script until it is at its end, where the server refuses; what was told and asked.
async fn followed(script: Vec<(u16, String)>) -> (Vec<String>, Vec<String>, ClusterError) {
    let (script, asked): (Script, _) =
        (Arc::new(Mutex::new(script.into())), Arc::new(Mutex::new(Vec::new())));
    let log = Arc::clone(&asked);
    let answer = move |request: HttpRequest<Body>| {
        let query = request.uri().query().unwrap_or_default();
        let version = query.split('&').find_map(|pair| pair.strip_prefix("resourceVersion="));
        let asked = if query.contains("watch=true") { "watch" } else { "list" };
        log.lock().expect("no panic").push(format!("{asked} {}", version.unwrap_or("-")));
        let next = script.lock().expect("no panic").pop_front();
        let (status, body) = next.unwrap_or_else(|| failure(403, "Forbidden"));
        let response = Response::builder().status(status).body(Body::from(body.into_bytes()));
        std::future::ready(Ok::<_, std::convert::Infallible>(response.expect("is an answer")))
    };
    let objects = Objects::new(kube::Client::new(tower::service_fn(answer), "default"));
    let told = Mutex::new(Vec::new());
    let name = |object: Value| object["metadata"]["name"].as_str().map(str::to_owned);
    let pods = Followed { resource: PODS, namespace: None, selector: None, part: Part::Whole };
    let error = pods
        .follow(&objects, name, |news| {
            told.lock().expect("no panic").push(match news {
                Told::Listed(names) => format!("[{}]", names.join(",")),
                Told::Changed(name) => format!("+{name}"),
                Told::Gone(name) => format!("-{name}"),
            });
            std::future::ready(())
        })
        .await;
    let asked = asked.lock().expect("no panic").clone();
    (told.into_inner().expect("no panic"), asked, error)
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_ends_goes_on_from_the_last_version_without_a_list() {
    let bookmark = json!({"type": "BOOKMARK", "object": {"kind": "Pod", "apiVersion": "v1", "metadata": {"resourceVersion": "40"}}});
    let (told, asked, error) = followed(vec![
        list("10", &["a"]),
        watch(&[event("ADDED", "b", "20"), event("DELETED", "a", "30")]),
        watch(&[bookmark.to_string()]),
        // Cut in the midst of a line.
        (200, event("MODIFIED", "b", "50")[..30].to_owned()),
        watch(&[event("MODIFIED", "b", "50")]),
    ])
    .await;
    assert_eq!(told, ["[a]", "+b", "-a", "+b"]);
    assert_eq!(asked, ["list -", "watch 10", "watch 30", "watch 40", "watch 40", "watch 50"]);
    assert_eq!(error.reason, Reason::Forbidden);
}

#[tokio::test(start_paused = true)]
async fn what_the_server_has_forgotten_is_listed_anew() {
    let gone = json!({"type": "ERROR", "object": {"kind": "Status", "status": "Failure", "code": 410, "reason": "Expired"}});
    let (told, asked, _) = followed(vec![
        list("10", &["a"]),
        watch(&[gone.to_string()]),
        list("20", &["b"]),
        failure(410, "Expired"),
        list("30", &["c"]),
    ])
    .await;
    assert_eq!(told, ["[a]", "[b]", "[c]"]);
    assert_eq!(asked, ["list -", "watch 10", "list -", "watch 20", "list -", "watch 30"]);
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_breaks_at_once_is_not_begun_again_and_again_without_a_pause() {
    let begun = Instant::now();
    let (_, asked, _) =
        followed(std::iter::once(list("1", &[])).chain((0..10).map(|_| watch(&[]))).collect()).await;
    assert_eq!(asked.len(), 12);
    assert!(begun.elapsed() > Duration::from_secs(30), "{:?}", begun.elapsed());
}
