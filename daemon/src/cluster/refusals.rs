//! Why a controller cannot make its pods, where it says so in nothing but an event: that of StatefulSets, that of Jobs.

use serde_json::Value;

use super::objects::{EVENTS, Objects};
use super::pod_events::last_seen;

/// More events of one object and reason are not looked through; a controller updates the one that it repeats.
const EVENTS_READ: u32 = 100;

/// What was said last, later than `since`, about the pods of the object of the uid `maker`. Whoever may not list events
/// is told nothing.
pub async fn last(objects: &Objects, namespace: &str, maker: &str, since: &str) -> Option<String> {
    let fields = format!("involvedObject.uid={maker},reason=FailedCreate");
    let list = objects.list_by_fields(EVENTS, namespace, &fields, EVENTS_READ).await.ok()?;
    last_of(list["items"].as_array()?, since)
}

fn last_of(events: &[Value], since: &str) -> Option<String> {
    let later = events.iter().filter(|event| second(last_seen(event)) > second(since));
    later.max_by_key(|event| last_seen(event))?["message"].as_str().map(str::to_owned)
}

/// A time without the fraction of its second, which not all times of the API have.
fn second(time: &str) -> &str {
    time.get(.."2026-11-26T22:00:00".len()).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const MADE: &str = "2026-11-26T22:00:05Z";

    #[test]
    fn the_last_word_after_the_record_counts() {
        let old = json!({"message": "old", "lastTimestamp": "2026-11-26T22:00:04Z"});
        let same = json!({"message": "same", "eventTime": "2026-11-26T22:00:05.900000Z"});
        let repeated =
            json!({"message": "repeated", "lastTimestamp": "2026-11-26T22:00:09Z", "eventTime": null});
        let series = json!({"message": "series", "eventTime": "2026-11-26T22:00:01.000000Z",
            "series": {"lastObservedTime": "2026-11-26T22:00:10.000000Z"}});
        let timeless = json!({"message": "timeless"});
        let cases: [(&[&Value], Option<&str>); 5] = [
            (&[], None),
            (&[&old, &same, &timeless], None),
            (&[&repeated, &old], Some("repeated")),
            (&[&series, &repeated], Some("series")),
            (&[&repeated, &series], Some("series")),
        ];
        for (events, expected) in cases {
            let events: Vec<Value> = events.iter().copied().cloned().collect();
            assert_eq!(last_of(&events, MADE).as_deref(), expected, "{events:?}");
        }
    }
}
