//! What the documents say, said to a daemon.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::House;

const PROTOCOL: &str = include_str!("../../../../docs/protocol.md");
const OPENRPC: &str = include_str!("../../../../docs/openrpc.json");

fn examples() -> Vec<Value> {
    let blocks = PROTOCOL.split("```json\n").skip(1).filter_map(|rest| rest.split_once("```"));
    blocks.map(|(block, _)| serde_json::from_str(block).expect("JSON")).collect()
}

fn members(value: &Value) -> Vec<&String> {
    value.as_object().map(|members| members.keys().collect()).unwrap_or_default()
}

/// The requests of the conversation that need no cluster are answered as it says.
#[tokio::test]
async fn the_conversation_of_the_protocol_is_the_daemons() {
    let house = House::open();
    let mut client = house.connect().await;
    let examples = examples();
    let answers: BTreeMap<u64, &Value> = examples
        .iter()
        .filter(|message| message.get("method").is_none())
        .filter_map(|message| Some((message["id"].as_u64()?, message)))
        .collect();
    let mut sent = Vec::new();
    for message in examples.iter().filter(|message| message.get("id").is_some()) {
        let (Some(method), Some(id)) = (message["method"].as_str(), message["id"].as_u64()) else { continue };
        let needs_a_cluster =
            answers.get(&id).is_none_or(|answer| answer.pointer("/result/session").is_some());
        match method {
            "daemon.hello" => {
                let answer = client.call(id, method, &message["params"]).await;
                assert_eq!(members(&answer["result"]), members(&answers[&id]["result"]));
            }
            "session.list" | "session.start" if !needs_a_cluster => {
                assert_eq!(client.call(id, method, &message["params"]).await, *answers[&id]);
            }
            _ => continue,
        }
        sent.push(method);
    }
    assert_eq!(sent, ["daemon.hello", "session.list", "session.start"]);
}

#[tokio::test]
async fn the_daemon_serves_the_document_that_is_committed() {
    let house = House::open();
    let mut client = house.connect().await;
    let committed: Value = serde_json::from_str(OPENRPC).expect("JSON");
    assert_eq!(client.call(1, "rpc.discover", &json!({})).await["result"], committed);
}
