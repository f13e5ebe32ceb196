//! Every JSON example of `docs/protocol.md`, read into the types and written again: a member that is misspelled would
//! be lost on the way.

use std::collections::BTreeMap;

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::methods::{
    CANCEL_REQUEST, CANCELLED_CODE, CancelParams, End, EventSubscription, EventsSince, Hello, List, Method,
    Plan, Resolve, Shutdown, Start, Status, Subscription, Wait, WorkloadSubscription,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The JSON blocks of a document.
fn examples(text: &str) -> Vec<Value> {
    let blocks = text.split("```json\n").skip(1).filter_map(|rest| rest.split_once("```"));
    blocks
        .map(|(block, _)| serde_json::from_str(block).unwrap_or_else(|error| panic!("{error}: {block}")))
        .collect()
}

fn reads_as<T: Serialize + DeserializeOwned>(value: &Value) {
    let read: T = serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"));
    assert_eq!(&serde_json::to_value(read).expect("JSON"), value);
}

fn method<M: Method>(name: &str, params: Option<&Value>, result: Option<&Value>) -> bool {
    if M::NAME == name {
        params.into_iter().for_each(reads_as::<M::Params>);
        result.into_iter().for_each(reads_as::<M::Output>);
    }
    M::NAME == name
}

fn subscription<S: Subscription>(name: &str, params: Option<&Value>, result: Option<&Value>) -> bool {
    if name == S::SUBSCRIBE {
        params.into_iter().for_each(reads_as::<S::Params>);
        result.into_iter().for_each(reads_as::<String>);
    } else if name == S::UNSUBSCRIBE {
        params.into_iter().for_each(reads_as::<[String; 1]>);
        result.into_iter().for_each(reads_as::<bool>);
    } else if name == S::NOTIFICATION {
        reads_as::<S::Notification>(params.expect("params"));
    }
    [S::SUBSCRIBE, S::UNSUBSCRIBE, S::NOTIFICATION].contains(&name)
}

fn check(name: &str, params: Option<&Value>, result: Option<&Value>) {
    let known = [
        method::<Hello>,
        method::<Shutdown>,
        method::<Plan>,
        method::<Start>,
        method::<Resolve>,
        method::<End>,
        method::<Status>,
        method::<List>,
        method::<Wait>,
        method::<EventsSince>,
    ];
    if subscription::<EventSubscription>(name, params, result)
        || subscription::<WorkloadSubscription>(name, params, result)
    {
        return;
    }
    match name {
        CANCEL_REQUEST => reads_as::<CancelParams>(params.expect("params")),
        name => assert!(known.iter().any(|method| method(name, params, result)), "no method {name}"),
    }
}

#[test]
fn every_example_is_what_the_types_say() {
    let text = std::fs::read_to_string(crate::root().join("docs/protocol.md")).expect("the document");
    let examples = examples(&text);
    assert!(examples.len() > 15);
    let mut asked = BTreeMap::new();
    for message in &examples {
        assert_eq!(message["jsonrpc"], "2.0", "{message}");
        let id = message["id"].as_u64();
        if let Some(name) = message["method"].as_str() {
            check(name, message.get("params"), None);
            id.into_iter().for_each(|id| assert!(asked.insert(id, name).is_none(), "{id} is taken"));
        } else if let Some(error) = message.get("error") {
            let info: ErrorInfo = serde_json::from_value(error["data"].clone()).expect("an error");
            let code = error["code"].as_i64().expect("a code");
            assert!(code == i64::from(info.kind.code()) || code == i64::from(CANCELLED_CODE), "{error}");
            assert_eq!(error["message"], info.message);
            reads_as::<ErrorInfo>(&error["data"]);
        } else {
            check(asked[&id.expect("an id")], None, message.get("result"));
        }
    }
}

/// What a document says in examples, its schema allows.
#[test]
fn examples_are_valid_by_the_schemas_too() {
    let document = crate::document();
    let text = std::fs::read_to_string(crate::root().join("docs/protocol.md")).expect("the document");
    for (notification, name) in [
        (EventSubscription::NOTIFICATION, "EventNotification"),
        (WorkloadSubscription::NOTIFICATION, "WorkloadNotification"),
    ] {
        let event = crate::openrpc::type_validator(&document, name);
        let mut events = 0;
        for message in examples(&text).iter().filter(|message| message["method"] == notification) {
            assert!(event.is_valid(&message["params"]), "{message}");
            events += 1;
        }
        assert!(events > 1, "{name}");
        assert!(
            !event.is_valid(&serde_json::json!({ "subscription": "a", "result": { "type": "nothing" } }))
        );
    }
}
