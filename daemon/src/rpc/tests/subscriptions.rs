//! Subscriptions to events: what arrives, and how they end.

use std::sync::mpsc;

use nhd_protocol::event::EventBody;
use serde_json::{Value, json};

use super::{Client, House, request};

fn warning(message: String) -> EventBody {
    EventBody::Warning { session: None, message }
}

#[tokio::test]
async fn events_arrive_as_messages_until_the_subscription_is_ended() {
    let house = House::open();
    let mut client = house.connect().await;
    let id = client.call(1, "events.subscribe", &json!({})).await["result"].clone();
    let snapshot = client.next().await;
    assert_eq!(snapshot["method"], "events.event");
    assert_eq!(snapshot["params"]["subscription"], id);
    assert_eq!(snapshot["params"]["result"]["type"], "snapshot");
    house.shared.events.publish(warning("so it is".to_owned()));
    assert_eq!(client.next().await["params"]["result"]["message"], "so it is");
    assert_eq!(client.call(2, "events.unsubscribe", &json!([id])).await["result"], true);
    house.shared.events.publish(warning("unheard".to_owned()));
    assert_eq!(client.call(3, "session.list", &json!({})).await["id"], 3);
}

/// The next message that is not an event.
async fn answer(client: &mut Client) -> Value {
    loop {
        let message = client.next().await;
        if message["method"] != "events.event" {
            return message;
        }
    }
}

/// The answer of a subscription comes before jsonrpsee knows it, on another thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_can_be_ended_as_soon_as_it_is_answered() {
    let house = House::open();
    let mut client = house.connect().await;
    for number in 0..500 {
        client.send(&request(2 * number, "events.subscribe", &json!({}))).await;
        let id = answer(&mut client).await["result"].clone();
        client.send(&request(2 * number + 1, "events.unsubscribe", &json!([id]))).await;
        assert_eq!(answer(&mut client).await["result"], true, "subscription {number}");
    }
    house.close().await;
}

#[tokio::test]
async fn the_end_of_a_subscription_says_whether_there_was_one_and_when_its_parameters_are_wrong() {
    let house = House::open();
    let mut client = house.connect().await;
    assert_eq!(client.call(1, "events.unsubscribe", &json!(["none"])).await["result"], false);
    for wrong in [json!([]), json!({}), json!({ "id": "none" }), json!([["none"]]), json!(["none", "none"])] {
        let alone = client.call(2, "events.unsubscribe", &wrong).await;
        client.send(&json!([request(3, "events.unsubscribe", &wrong)])).await;
        for answer in [alone, client.next().await[0].clone()] {
            assert_eq!(answer["error"]["code"], -32602, "{wrong}: {answer}");
            assert_eq!(answer["error"]["data"]["kind"], "invalidRequest", "{wrong}: {answer}");
        }
    }
    client.send(&json!({ "jsonrpc": "2.0", "id": 4, "method": "events.unsubscribe" })).await;
    assert_eq!(client.next().await["error"]["code"], -32602);
}

/// The publisher is at work while the snapshot is made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_fell_behind_gets_each_event_once_and_in_order() {
    /// More than waits for a client on its way, and than a subscription may lag.
    const UNREAD: u64 = 4_000;
    const LAST: u64 = 8_000;
    let house = House::open();
    let mut client = house.connect().await;
    client.call(1, "events.subscribe", &json!({})).await;
    let mut seq = client.next().await["params"]["result"]["seq"].as_u64().expect("a number");
    let (half_way, is_half_way) = mpsc::channel();
    let events = house.shared.events.clone();
    let publisher = std::thread::spawn(move || {
        for number in 1..=LAST {
            events.publish(warning("x".repeat(1_000)));
            if number == UNREAD {
                half_way.send(()).expect("the test waits");
            }
        }
    });
    tokio::task::spawn_blocking(move || is_half_way.recv()).await.expect("no panic").expect("half way");
    let mut snapshots = 0;
    while seq < LAST {
        let event = client.next().await["params"]["result"].clone();
        let next = event["seq"].as_u64().expect("a number");
        if event["type"] == "snapshot" {
            snapshots += 1;
            assert!(next > seq, "the snapshot of {next} comes after {seq}");
        } else {
            assert_eq!(next, seq + 1);
        }
        seq = next;
    }
    assert!(snapshots > 0, "it did not fall behind");
    publisher.join().expect("no panic");
    house.close().await;
}

#[tokio::test]
async fn progress_comes_to_whoever_asks_for_it_and_stands_where_the_client_is() {
    let house = House::open();
    let (mut asks, mut asks_not) = (house.connect().await, house.connect().await);
    asks.call(1, "events.subscribe", &json!({"progress": true})).await;
    asks_not.call(1, "events.subscribe", &json!({})).await;
    asks.next().await;
    asks_not.next().await;
    house.shared.events.publish(warning("one".to_owned()));
    let one = asks.next().await["params"]["result"].clone();
    let moved = EventBody::Progress { session: "s".to_owned(), sync: None, forwards: Vec::new() };
    house.shared.events.progress().send(moved).expect("somebody listens");
    let progress = asks.next().await["params"]["result"].clone();
    assert_eq!((&progress["type"], &progress["session"]), (&json!("progress"), &json!("s")));
    assert_eq!((&progress["epoch"], &progress["seq"]), (&one["epoch"], &one["seq"]));
    house.shared.events.publish(warning("two".to_owned()));
    assert_eq!(asks.next().await["params"]["result"]["message"], "two");
    let heard = [asks_not.next().await, asks_not.next().await];
    assert_eq!(heard.map(|it| it["params"]["result"]["message"].clone()), [json!("one"), json!("two")]);
}
