//! The HorizontalPodAutoscalers of a namespace; it does not know which of them scale what.

pub use nhd_plan::PinnedAutoscaler;
use serde_json::{Value, json};

use super::error::{ClusterError, Reason};
use super::objects::{Objects, Resource};

pub const AUTOSCALERS: Resource = Resource {
    group: "autoscaling",
    version: "v2",
    plural: "horizontalpodautoscalers",
    word: "horizontal pod autoscaler",
};

/// All of a namespace; `None` to a user who may not list them. A cluster that does not know them has none.
pub async fn list(objects: &Objects, namespace: &str) -> Result<Option<Vec<Value>>, ClusterError> {
    let mut list = match objects.list::<Value>(AUTOSCALERS, Some(namespace), None).await {
        Ok(list) => list,
        Err(error) if error.reason == Reason::Forbidden => return Ok(None),
        Err(error) if error.reason == Reason::NotFound => return Ok(Some(Vec::new())),
        Err(error) => return Err(error),
    };
    let Value::Array(mut items) = list["items"].take() else { return Ok(Some(Vec::new())) };
    // The items of a list do not say what they are.
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        item.insert("apiVersion".to_owned(), json!("autoscaling/v2"));
        item.insert("kind".to_owned(), json!("HorizontalPodAutoscaler"));
    }
    Ok(Some(items))
}
