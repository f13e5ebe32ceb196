//! The modelled API server: what becomes of a request, and all that can go wrong with one. It checks what the daemon
//! promises of its writes as they come.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use kube::client::Body;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::world::{CLUSTER_UID, NAMESPACE, Watcher, World, is_going, name_of};
use crate::cluster::ClusterClient;
use crate::cluster::objects::FIELD_MANAGER;

/// What a task that dies unwinds with.
pub(super) struct Died;

/// A world that requests, moves and checks share.
pub(super) type SharedWorld = Arc<Mutex<World>>;

pub(super) fn lock(world: &SharedWorld) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A client of the modelled cluster, or of another one that has its address.
pub(super) fn client(world: &SharedWorld, another: bool) -> ClusterClient {
    let world = Arc::clone(world);
    let service = tower::service_fn(move |request: Request<Body>| {
        let world = Arc::clone(&world);
        async move { serve(&world, another, request).await }
    });
    ClusterClient {
        client: kube::Client::new(service, NAMESPACE),
        context: "model".to_owned(),
        server: "https://model".to_owned(),
        default_namespace: NAMESPACE.to_owned(),
        certificate_authority: None,
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the connection broke")]
struct Broken;

type Answered = UnsyncBoxBody<Bytes, Infallible>;

/// One request.
struct Asked {
    method: Method,
    plural: &'static str,
    name: Option<String>,
    subresource: Option<String>,
    query: BTreeMap<String, String>,
    body: Value,
}

enum Answer {
    Json(StatusCode, Arc<Value>),
    Watch(mpsc::Receiver<Bytes>),
}

/// What befalls a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Served,
    Refused(u16),
    /// The daemon dies before it is applied, or after.
    Death {
        applied: bool,
    },
    /// It is applied, and nobody learns of it.
    Lost,
    Late(Duration),
    /// Applied twice, as by a proxy that tries again.
    Twice,
    Stale,
}

async fn serve(
    world: &SharedWorld,
    another: bool,
    request: Request<Body>,
) -> Result<Response<Answered>, Broken> {
    let asked = Asked::read(request).await;
    let (fate, answer) = {
        let mut world = lock(world);
        if another {
            let answer = in_another(&mut world, &asked);
            (Fate::Served, answer)
        } else {
            if world.storm {
                super::controllers::bustle(&mut world);
            }
            let fate = fate(&mut world, &asked);
            world.steps += 1;
            let answer = match fate {
                Fate::Refused(code) => refusal(code),
                Fate::Death { applied: false } => refusal(500),
                Fate::Twice => {
                    answer(&mut world, &asked, false);
                    answer(&mut world, &asked, false)
                }
                fate => answer(&mut world, &asked, fate == Fate::Stale),
            };
            if asked.method != Method::GET && asked.plural != "selfsubjectaccessreviews" {
                let code = match &answer {
                    Answer::Json(code, _) => code.as_u16(),
                    Answer::Watch(_) => 200,
                };
                world.tell(|| format!("nhd: {} → {code}, {fate:?}", asked.described()));
            }
            (fate, answer)
        }
    };
    match fate {
        Fate::Death { .. } => resume_unwind(Box::new(Died)),
        Fate::Lost => return Err(Broken),
        Fate::Late(late) => tokio::time::sleep(late).await,
        _ => {}
    }
    Ok(match answer {
        Answer::Json(code, value) => {
            let body = Full::from(value.to_string().into_bytes()).boxed_unsync();
            Response::builder().status(code).body(body).expect("a response")
        }
        Answer::Watch(receiver) => {
            let lines = stream::unfold(receiver, |mut receiver| async {
                let line = receiver.recv().await?;
                Some((Ok::<_, Infallible>(Frame::data(line)), receiver))
            });
            Response::new(StreamBody::new(lines).boxed_unsync())
        }
    })
}

/// Dies at a moment that is no request.
pub(super) fn moment(world: &SharedWorld, step: &str, moment: &str) {
    let dies = {
        let mut world = lock(world);
        let dies = comes_to_nought(&mut world);
        if dies {
            world.tell(|| format!("the daemon dies at {step}:{moment}"));
        }
        dies
    };
    if dies {
        resume_unwind(Box::new(Died));
    }
}

fn comes_to_nought(world: &mut World) -> bool {
    match &mut world.death_in {
        Some(left) if *left > 0 => {
            *left -= 1;
            *left == 0
        }
        _ => false,
    }
}

fn fate(world: &mut World, asked: &Asked) -> Fate {
    if comes_to_nought(world) {
        let applied = world.dice.once_in(2);
        world.tell(|| format!("the daemon dies in {}, applied: {applied}", asked.described()));
        return Fate::Death { applied };
    }
    if !world.storm || asked.query.contains_key("watch") || !world.dice.once_in(8) {
        return Fate::Served;
    }
    match world.dice.below(10) {
        0 => Fate::Refused(500),
        1 => Fate::Refused(429),
        2 => Fate::Refused(503),
        3 => Fate::Lost,
        4 if world.dice.once_in(4) => Fate::Late(Duration::from_secs(1 + world.dice.below(14))),
        5 => Fate::Twice,
        6 if world.dice.once_in(8) => Fate::Refused(401),
        7 if asked.method == Method::GET => Fate::Stale,
        _ => Fate::Served,
    }
}

impl Asked {
    async fn read(request: Request<Body>) -> Self {
        let (parts, body) = request.into_parts();
        let bytes = body.collect().await.expect("a request has a body").to_bytes();
        let body =
            if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("is JSON") };
        let query = parts.uri.query().unwrap_or_default();
        let decode = |text: &str| {
            percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
        };
        let query = query.split('&').filter_map(|pair| pair.split_once('='));
        let query = query.map(|(name, value)| (name.to_owned(), decode(value))).collect();
        let path: Vec<&str> = parts.uri.path().trim_matches('/').split('/').collect();
        // `api/v1/…` or `apis/GROUP/VERSION/…`, then perhaps `namespaces/NAMESPACE`.
        let rest = if path[0] == "api" { &path[2.min(path.len())..] } else { &path[3.min(path.len())..] };
        let rest = if rest.first() == Some(&"namespaces") && rest.len() > 2 { &rest[2..] } else { rest };
        Self {
            method: parts.method,
            plural: known(rest.first().copied().unwrap_or(path[0])),
            name: rest.get(1).map(|name| (*name).to_owned()),
            subresource: rest.get(2).map(|name| (*name).to_owned()),
            query,
            body,
        }
    }

    fn dry(&self) -> bool {
        self.query.contains_key("dryRun")
    }

    fn described(&self) -> String {
        let name = self.name.as_deref().unwrap_or_else(|| name_of(&self.body));
        let dry = if self.dry() { " (dry run)" } else { "" };
        let sub = self.subresource.as_deref().map(|sub| format!("/{sub}")).unwrap_or_default();
        format!("{} {}/{name}{sub}{dry}", self.method, self.plural)
    }
}

fn known(plural: &str) -> &'static str {
    const KNOWN: [&str; 19] = [
        "namespaces",
        "secrets",
        "pods",
        "events",
        "resourcequotas",
        "limitranges",
        "persistentvolumeclaims",
        "persistentvolumes",
        "storageclasses",
        "deployments",
        "statefulsets",
        "daemonsets",
        "replicasets",
        "controllerrevisions",
        "jobs",
        "cronjobs",
        "horizontalpodautoscalers",
        "selfsubjectaccessreviews",
        "version",
    ];
    KNOWN.into_iter().find(|it| *it == plural).unwrap_or("unknown")
}

/// Another cluster under the same address: it may be asked who it is, and nothing else.
fn in_another(world: &mut World, asked: &Asked) -> Answer {
    if asked.method == Method::GET && asked.plural == "namespaces" {
        return found(
            json!({"metadata": {"name": "kube-system", "uid": "22222222-0000-0000-0000-000000000000"}}),
        );
    }
    world.violate(format!("in another cluster: {}", asked.described()));
    refusal(404)
}

fn answer(world: &mut World, asked: &Asked, stale: bool) -> Answer {
    match (&asked.method, asked.name.as_deref()) {
        (&Method::GET, _) if asked.plural == "version" => found(json!({"major": "1", "minor": "34"})),
        (&Method::GET, _) if asked.plural == "unknown" => refusal(404),
        (&Method::GET, Some("kube-system")) => {
            found(json!({"metadata": {"name": "kube-system", "uid": CLUSTER_UID}}))
        }
        (&Method::GET, Some(name)) => {
            let there =
                if stale { world.get_stale(asked.plural, name) } else { world.get(asked.plural, name) };
            there.cloned().map_or_else(|| refusal(404), found)
        }
        (&Method::GET, None) if asked.query.contains_key("watch") => watch(world, asked),
        (&Method::GET, None) => {
            let selects = selection(asked);
            let items: Vec<&Value> = world.all(asked.plural).filter(|object| selects(object)).collect();
            let version = world.version().to_string();
            found(json!({"metadata": {"resourceVersion": version}, "items": items}))
        }
        (&Method::POST, _) if asked.plural == "selfsubjectaccessreviews" => {
            let mut review = asked.body.clone();
            review["status"] = json!({"allowed": true});
            found(review)
        }
        (&Method::POST, None) => create(world, asked),
        (&Method::PUT, Some(name)) => replace(world, asked, name),
        (&Method::DELETE, Some(name)) => delete(world, asked, name),
        _ => refusal(405),
    }
}

fn watch(world: &mut World, asked: &Asked) -> Answer {
    if world.storm && world.dice.once_in(4) {
        return refusal(410);
    }
    // Some watches are dead from the beginning and nobody knows.
    let (sender, receiver) = mpsc::channel(64);
    let watcher = Watcher { plural: asked.plural, selects: selection(asked), sender };
    world.watchers.push(watcher);
    Answer::Watch(receiver)
}

/// What no API server takes, whoever writes it.
fn refused_as_invalid(world: &mut World, asked: &Asked) -> Option<Answer> {
    let what = super::check::nameless(&asked.body)?;
    world.violate(format!("{} is invalid: {what}", asked.described()));
    Some(status(422, "Invalid"))
}

fn create(world: &mut World, asked: &Asked) -> Answer {
    if let Some(refusal) = refused_as_invalid(world, asked) {
        return refusal;
    }
    if world.get("namespaces", NAMESPACE).is_none_or(|it| is_going(it)) {
        return refusal(404);
    }
    let mut object = asked.body.clone();
    if object["metadata"].get("name").is_none() {
        let generated = object["metadata"]["generateName"].as_str().unwrap_or("generated-").to_owned();
        object["metadata"]["name"] = format!("{generated}{}", world.version()).into();
    }
    if world.get(asked.plural, name_of(&object)).is_some() {
        return status(409, "AlreadyExists");
    }
    for field in ["uid", "resourceVersion"] {
        if object["metadata"].get(field).is_some() {
            world.violate(format!("{} names a {field}", asked.described()));
        }
    }
    object["metadata"]["namespace"] = NAMESPACE.into();
    super::admission::admit(world.admits, asked.plural, &mut object);
    own(&mut object, &asked.query, world.now());
    if asked.plural == "jobs" {
        name_pods_by_uid(&mut object, world.version());
    }
    if asked.dry() {
        object["metadata"]["uid"] = "uid-of-a-dry-run".into();
        object["metadata"]["generation"] = 1.into();
        return found(object);
    }
    world.writes += 1;
    super::check::created(world, asked.plural, &object);
    found(world.make(asked.plural, object))
}

/// The API server has a Job's pods labelled by the uid of the Job, which the model stands a number in for.
fn name_pods_by_uid(job: &mut Value, number: u64) {
    if job["spec"].get("selector").is_none() {
        let uid = format!("job-{number}");
        job["spec"]["selector"] = json!({"matchLabels": {"batch.kubernetes.io/controller-uid": uid}});
        job["spec"]["template"]["metadata"]["labels"]["batch.kubernetes.io/controller-uid"] = uid.into();
    }
}

fn replace(world: &mut World, asked: &Asked, name: &str) -> Answer {
    let Some(there) = world.get(asked.plural, name).cloned() else { return refusal(404) };
    if let Some(refusal) = refused_as_invalid(world, asked) {
        return refusal;
    }
    let mut object = asked.body.clone();
    let asks = |field: &str| asked.body["metadata"].get(field).cloned();
    if asks("uid").is_none() || (asks("resourceVersion").is_none() && !asked.dry()) {
        world.violate(format!("{} has no uid or no resourceVersion", asked.described()));
    }
    if asks("uid").is_some_and(|uid| uid != there["metadata"]["uid"]) {
        return status(409, "Conflict");
    }
    if asks("resourceVersion").is_some_and(|version| version != there["metadata"]["resourceVersion"]) {
        return status(409, "Conflict");
    }
    for field in
        ["uid", "creationTimestamp", "generation", "resourceVersion", "deletionTimestamp", "namespace"]
    {
        match there["metadata"].get(field) {
            Some(value) => object["metadata"][field] = value.clone(),
            None => drop(object["metadata"].as_object_mut().expect("metadata").remove(field)),
        }
    }
    if asked.subresource.as_deref() == Some("status") {
        let status = object["status"].take();
        object = Value::clone(&there);
        object["status"] = status;
    } else {
        match there.get("status") {
            Some(status) => object["status"] = status.clone(),
            None => drop(object.as_object_mut().expect("an object").remove("status")),
        }
        super::admission::admit(world.admits, asked.plural, &mut object);
    }
    let same = |field: &str| there["metadata"].get(field) == object["metadata"].get(field);
    let only_owners = there.get("spec") == object.get("spec")
        && ["labels", "annotations"].iter().all(|field| same(field))
        && there.get("data") == object.get("data")
        && there.get("status") == object.get("status");
    if !only_owners {
        own(&mut object, &asked.query, world.now());
    }
    if asked.dry() {
        return found(object);
    }
    world.writes += 1;
    super::check::replaced(world, asked.plural, &there, &object);
    found(world.change(asked.plural, object))
}

/// Names our manager as the owner of what it wrote; which fields does not matter to the model.
fn own(object: &mut Value, query: &BTreeMap<String, String>, now: String) {
    if query.get("fieldManager").map(String::as_str) != Some(FIELD_MANAGER) {
        return;
    }
    let entry = json!({"manager": FIELD_MANAGER, "operation": "Update", "apiVersion": "apps/v1", "time": now,
        "fieldsV1": {"f:spec": {}}});
    let entries = &mut object["metadata"]["managedFields"];
    match entries.as_array_mut() {
        Some(entries) => {
            entries.retain(|entry| entry["manager"] != FIELD_MANAGER);
            entries.push(entry);
        }
        None => *entries = json!([entry]),
    }
}

fn delete(world: &mut World, asked: &Asked, name: &str) -> Answer {
    let Some(there) = world.get(asked.plural, name).cloned() else { return refusal(404) };
    let wants =
        |field: &str| asked.body["preconditions"].get(field).filter(|value| !value.is_null()).cloned();
    let Some(uid) = wants("uid") else {
        world.violate(format!("{} names no uid", asked.described()));
        return refusal(404);
    };
    if uid != there["metadata"]["uid"]
        || wants("resourceVersion").is_some_and(|version| version != there["metadata"]["resourceVersion"])
    {
        return status(409, "Conflict");
    }
    world.writes += 1;
    super::check::deleted(world, asked.plural, &there);
    remove(world, asked.plural, name);
    found(there)
}

/// Deletes as the API server does: pods, and what is held by finalizers, go when somebody lets them.
pub(super) fn remove(world: &mut World, plural: &'static str, name: &str) {
    let Some(there) = world.get(plural, name) else { return };
    let held =
        there["metadata"].get("finalizers").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    if held || plural == "pods" {
        let now = world.now();
        world.alter(plural, name, |object| {
            if !is_going(object) {
                object["metadata"]["deletionTimestamp"] = now.into();
            }
        });
    } else {
        world.remove(plural, name);
    }
}

fn selection(asked: &Asked) -> Box<dyn Fn(&Value) -> bool + Send> {
    let pairs = |parameter: &str| -> Vec<(String, String)> {
        let text = asked.query.get(parameter).map(String::as_str).unwrap_or_default();
        let terms = text.split(',').filter(|term| !term.is_empty());
        terms
            .map(|term| {
                term.split_once('=').map_or((term.to_owned(), String::new()), |(name, value)| {
                    (name.to_owned(), value.trim_start_matches('=').to_owned())
                })
            })
            .collect()
    };
    let (labels, fields) = (pairs("labelSelector"), pairs("fieldSelector"));
    Box::new(move |object| {
        let has_label = |(name, value): &(String, String)| object["metadata"]["labels"][name] == **value;
        let has_field = |(path, value): &(String, String)| {
            object.pointer(&format!("/{}", path.replace('.', "/"))).is_some_and(|it| it == value)
        };
        labels.iter().all(has_label) && fields.iter().all(has_field)
    })
}

fn found(object: impl Into<Arc<Value>>) -> Answer {
    Answer::Json(StatusCode::OK, object.into())
}

fn refusal(code: u16) -> Answer {
    status(
        code,
        match code {
            404 => "NotFound",
            401 => "Unauthorized",
            410 => "Expired",
            429 => "TooManyRequests",
            _ => "InternalError",
        },
    )
}

fn status(code: u16, reason: &str) -> Answer {
    let body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": code, "reason": reason,
        "message": format!("the model says {reason}")});
    Answer::Json(StatusCode::from_u16(code).expect("a status"), body.into())
}
