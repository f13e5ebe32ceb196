//! One look at an API server: whether it answers, how soon, what it is, what its clock says, and as whom it knows us.

use std::time::Duration;

use http::{Request, StatusCode, header::DATE};
use http_body_util::{BodyExt as _, Limited};
use kube::client::Body;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use tokio::time::Instant;

use super::error::{ClusterError, bounded};
use super::objects::{Mode, Objects, Resource};

const USER_REVIEWS: Resource = Resource {
    group: "authentication.k8s.io",
    version: "v1",
    plural: "selfsubjectreviews",
    word: "user review",
};

/// What an API server says of its version is small.
const VERSION_LIMIT: usize = 64 * 1024;
const VERSION: &str = "the version of the API server";

/// An API server that answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    pub took: Duration,
    /// `v1.34.2`; empty where it does not say, or does not say it to everybody.
    pub version: String,
    /// 34 of 1.34; 0 where it is not known.
    pub minor: u32,
    /// By its clock, in whole seconds, and by ours in the middle of the request.
    pub clock: Option<(OffsetDateTime, OffsetDateTime)>,
}

/// Asks for the version. An answer that refuses to tell it is an answer, too.
pub async fn probe(objects: &Objects) -> Result<Probe, ClusterError> {
    let request = Request::get("/version").body(Body::empty()).expect("a constant request");
    let (begun, sent_at) = (Instant::now(), OffsetDateTime::now_utc());
    let answer = bounded("read", VERSION, objects.client().send(request)).await?;
    let took = begun.elapsed();
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok());
    let clock = date.map(|theirs| (theirs, sent_at + took / 2));
    let told = answer.status() == StatusCode::OK;
    let body = bounded("read", VERSION, async {
        Ok(Limited::new(answer.into_body(), VERSION_LIMIT).collect().await.map(|body| body.to_bytes()).ok())
    });
    let version: Option<Value> = body.await?.and_then(|body| serde_json::from_slice(&body).ok());
    let version = version.filter(|_| told).unwrap_or_default();
    let text = |name: &str| version[name].as_str().unwrap_or_default();
    let minor = text("minor");
    let minor = minor.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(0);
    Ok(Probe { took, version: text("gitVersion").to_owned(), minor, clock })
}

/// The name by which the API server knows us; `None` where it is too old to say.
pub async fn user(objects: &Objects) -> Result<Option<String>, ClusterError> {
    let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    match objects.create(USER_REVIEWS, None, &review, Mode::Real).await {
        Ok(answer) => {
            Ok(answer.pointer("/status/userInfo/username").and_then(Value::as_str).map(str::to_owned))
        }
        Err(error) if error.reason == super::Reason::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
