//! Label selectors, as objects have them and as requests take them. Pure.

use serde_json::Value;

/// A label selector object (`matchLabels`, `matchExpressions`) in the form that list requests take.
pub fn selector_query(selector: &Value) -> String {
    let mut terms = Vec::new();
    if let Some(labels) = selector.get("matchLabels").and_then(Value::as_object) {
        terms.extend(
            labels.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())),
        );
    }
    for expression in selector.get("matchExpressions").and_then(Value::as_array).into_iter().flatten() {
        let key = expression["key"].as_str().unwrap_or_default();
        let values: Vec<&str> =
            expression["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let values = values.join(",");
        terms.push(match expression["operator"].as_str().unwrap_or_default() {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_owned(),
        });
    }
    terms.join(",")
}

/// Whether the selector of a Service selects pods with these labels. One without a selector selects none.
pub fn of_service_selects<'a>(selector: &Value, label: impl Fn(&str) -> Option<&'a str>) -> bool {
    let labels = selector.as_object().filter(|labels| !labels.is_empty());
    labels.is_some_and(|labels| {
        labels.iter().all(|(key, value)| value.as_str().is_some_and(|value| label(key) == Some(value)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn selectors_become_the_words_of_a_list_request() {
        let selector = json!({
            "matchLabels": {"app": "reviews"},
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["a", "b"]},
                {"key": "old", "operator": "NotIn", "values": ["yes"]},
                {"key": "here", "operator": "Exists"},
                {"key": "gone", "operator": "DoesNotExist"},
            ],
        });
        assert_eq!(selector_query(&selector), "app=reviews,tier in (a,b),old notin (yes),here,!gone");
    }
}
