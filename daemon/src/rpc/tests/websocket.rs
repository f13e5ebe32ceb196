//! The other framings on the same socket.

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use nhd_protocol::methods::CANCELLED_CODE;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use super::{House, bounded, notification, request};

#[tokio::test]
async fn requests_can_be_cancelled_over_a_websocket_too() {
    let house = House::open();
    let (mut socket, _) =
        client_async("ws://localhost/", house.connect().await.0).await.expect("a handshake");
    for message in [
        request(1, "test.hang", &json!({})),
        notification("$/cancelRequest", &json!({ "id": 1 })),
        // Its cancellation comes first.
        notification("$/cancelRequest", &json!({ "id": 2 })),
        request(2, "test.hang", &json!({})),
    ] {
        socket.send(Message::text(message.to_string())).await.expect("sends");
    }
    let mut ids = Vec::new();
    while ids.len() < 2 {
        // A ping may come between.
        let Message::Text(text) = bounded(socket.next()).await.expect("a message").expect("a message") else {
            continue;
        };
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(answer["error"]["code"], CANCELLED_CODE, "{answer}");
        ids.push(answer["id"].as_u64());
    }
    ids.sort_unstable();
    assert_eq!(ids, [Some(1), Some(2)]);
}

#[tokio::test(start_paused = true)]
async fn a_websocket_that_never_reads_is_cut_off() {
    let house = House::open();
    let (mut socket, _) =
        client_async("ws://localhost/", house.connect().await.0).await.expect("a handshake");
    for id in 0..8 {
        let message = request(id, "test.large", &json!({}));
        socket.send(Message::text(message.to_string())).await.expect("sends");
    }
    // Long before the pings that it does not answer would end it.
    tokio::time::sleep(Duration::from_secs(30)).await;
    let mut received = 0;
    while let Some(Ok(message)) = bounded(socket.next()).await {
        received += usize::from(message.is_text());
    }
    assert!(received < 8, "what it did not take in time is gone");
}

#[tokio::test]
async fn a_plain_post_is_answered() {
    let house = House::open();
    let mut stream = house.connect().await.0;
    let body = request(1, "session.list", &json!({})).to_string();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.expect("sends");
    let mut answer = String::new();
    bounded(stream.read_to_string(&mut answer)).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#"{"sessions":[]}"#), "{answer}");
}

/// The server behind knows no other ids than these; whoever sends one is told, and does not wait for ever.
#[tokio::test]
async fn a_request_without_an_id_that_is_known_is_refused() {
    let house = House::open();
    let (mut socket, _) =
        client_async("ws://localhost/", house.connect().await.0).await.expect("a handshake");
    for id in [json!(-1), json!(1.5), json!({})] {
        for method in ["session.list", "events.subscribe", "events.unsubscribe"] {
            let message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
            for message in [message.clone(), json!([message])] {
                socket.send(Message::text(message.to_string())).await.expect("sends");
                let text = loop {
                    let message = bounded(socket.next()).await.expect("a message").expect("a message");
                    if let Message::Text(text) = message {
                        break text;
                    }
                };
                let answer: Value = serde_json::from_str(&text).expect("JSON");
                let answer = answer.get(0).unwrap_or(&answer);
                assert_eq!(
                    (&answer["id"], &answer["error"]["code"]),
                    (&Value::Null, &json!(-32600)),
                    "{answer}"
                );
                let said = answer["error"]["message"].as_str().expect("a message");
                assert!(said.contains(method), "{said}");
            }
        }
    }
}
