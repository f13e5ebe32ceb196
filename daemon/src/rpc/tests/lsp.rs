//! LSP framing on the daemon's socket.

use std::time::Duration;

use nhd_protocol::methods::CANCELLED_CODE;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::time::Instant;

use super::{Client, House, bounded, frame, notification, request};

fn hello() -> Value {
    json!({ "client": "test", "protocol": 1 })
}

#[tokio::test]
async fn a_request_is_answered_however_its_bytes_arrive() {
    let house = House::open();
    let mut client = house.connect().await;
    let message = frame(request(1, "daemon.hello", &hello()).to_string().as_bytes());
    for byte in &message {
        client.send_bytes(&[*byte]).await;
    }
    assert_eq!(client.next().await["result"]["protocol"], 1);
    // Three in one write, of which one needs no answer.
    let mut together = frame(request(2, "session.list", &json!({})).to_string().as_bytes());
    together.extend(frame(notification("unknown", &json!({})).to_string().as_bytes()));
    together.extend(frame(request(3, "session.list", &json!({})).to_string().as_bytes()));
    client.send_bytes(&together).await;
    let (one, two) = (client.next().await, client.next().await);
    let mut ids = [one["id"].as_u64(), two["id"].as_u64()];
    ids.sort_unstable();
    assert_eq!(ids, [Some(2), Some(3)]);
    house.close().await;
}

#[tokio::test]
async fn a_batch_is_answered_as_a_batch() {
    let house = House::open();
    let mut client = house.connect().await;
    let batch = json!([
        request(1, "session.list", &json!({})),
        notification("unknown", &json!({})),
        request(2, "no.such", &json!({})),
    ]);
    client.send(&batch).await;
    let answer = client.next().await;
    assert_eq!(answer[0]["result"], json!({ "sessions": [] }));
    assert_eq!(answer[1]["error"]["code"], -32601);
    assert_eq!(answer.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_cancelled_request_is_answered_so_and_no_other() {
    let house = House::open();
    let mut client = house.connect().await;
    client.send(&request(1, "test.hang", &json!({}))).await;
    client.send(&request(2, "test.hang", &json!({}))).await;
    client.send(&notification("$/cancelRequest", &json!({ "id": 1 }))).await;
    let answer = client.next().await;
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(1), &json!(CANCELLED_CODE)));
    assert_eq!(answer["error"]["data"]["kind"], "cancelled");
    // Its id is a word, and what is cancelled is what never was.
    client.send(&notification("$/cancelRequest", &json!({ "id": "none" }))).await;
    client.send(&notification("$/cancelRequest", &json!({}))).await;
    assert_eq!(client.call(3, "session.list", &json!({})).await["id"], 3);
    let word = json!({ "jsonrpc": "2.0", "id": "word", "method": "test.hang" });
    client.send(&word).await;
    client.send(&notification("$/cancelRequest", &json!({ "id": "word" }))).await;
    assert_eq!(client.next().await["id"], "word");
}

#[tokio::test]
async fn a_request_whose_cancellation_comes_first_is_answered_so() {
    let house = House::open();
    let mut client = house.connect().await;
    client.send(&notification("$/cancelRequest", &json!({ "id": 1 }))).await;
    assert_eq!(client.call(1, "test.hang", &json!({})).await["error"]["code"], CANCELLED_CODE);
}

#[tokio::test]
async fn a_body_that_is_no_request_is_answered_and_the_connection_goes_on() {
    let house = House::open();
    let mut client = house.connect().await;
    for (body, code) in [
        (&b""[..], -32700),
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"nonsense", -32700),
        (b"{\"id\":1}", -32600),
        (b"[]", -32600),
    ] {
        client.send_bytes(&frame(body)).await;
        let answer = client.next().await;
        assert_eq!(answer["error"]["code"], code, "{body:?}: {answer}");
    }
    assert!(client.call(9, "daemon.hello", &hello()).await["result"].is_object());
}

#[tokio::test]
async fn a_header_that_cannot_be_read_is_answered_and_the_connection_closed() {
    let house = House::open();
    for (bytes, code) in [
        ("Content-Length: x\r\n\r\n", -32700),
        ("Content-Type: a/b\r\n\r\n", -32700),
        ("Content-Length: 10485761\r\n\r\n", -32600),
    ] {
        let mut client = house.connect().await;
        client.send_bytes(bytes.as_bytes()).await;
        let answer = client.next().await;
        assert_eq!(answer["error"]["code"], code, "{bytes:?}");
        assert_eq!(answer["error"]["data"]["kind"], "invalidRequest");
        assert_eq!(answer["id"], Value::Null);
        client.assert_closed().await;
    }
    house.close().await;
}

#[tokio::test]
async fn a_message_as_large_as_the_limit_passes() {
    let house = House::open();
    let mut client = house.connect().await;
    let empty = request(1, "session.list", &json!({ "name": "" })).to_string().len();
    let name = "x".repeat(super::super::framing::BODY_LIMIT - empty);
    let answer = client.call(1, "session.list", &json!({ "name": name })).await;
    assert_eq!(answer["result"], json!({ "sessions": [] }));
}

#[tokio::test]
async fn what_was_asked_before_the_client_ended_is_still_answered() {
    let house = House::open();
    let mut client = house.connect().await;
    client.send(&request(1, "daemon.hello", &hello())).await;
    client.send(&request(2, "test.hang", &json!({}))).await;
    client.0.shutdown().await.expect("ends its side");
    assert_eq!(client.next().await["id"], 1);
    client.assert_closed().await;
    house.close().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_hurts_nobody() {
    let house = House::open();
    let mut deaf = house.connect().await;
    // Far more than the socket holds.
    for id in 0..8 {
        deaf.send(&request(id, "test.large", &json!({}))).await;
    }
    let mut other = house.connect().await;
    for id in 0..20 {
        assert_eq!(other.call(id, "session.list", &json!({})).await["id"], id);
    }
    // When it reads again it has lost nothing.
    for _ in 0..8 {
        assert_eq!(deaf.next().await["result"].as_str().map(str::len), Some(1 << 20));
    }
}

#[tokio::test]
async fn a_client_too_many_is_told_so_and_one_that_leaves_makes_room() {
    let house = House::open();
    let mut clients = Vec::new();
    for _ in 0..256 {
        let mut client = house.connect().await;
        assert!(client.call(1, "session.list", &json!({})).await["result"].is_object());
        clients.push(client);
    }
    let mut many = house.connect().await;
    let refusal = many.call(1, "session.list", &json!({})).await;
    assert_eq!((&refusal["id"], &refusal["error"]["code"]), (&Value::Null, &json!(-32603)));
    many.assert_closed().await;
    clients.pop();
    loop {
        let mut next = house.connect().await;
        if next.call(1, "session.list", &json!({})).await["result"].is_object() {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_is_cut_off() {
    let house = House::open();
    let mut deaf = house.connect().await;
    for id in 0..8 {
        deaf.send(&request(id, "test.large", &json!({}))).await;
    }
    let begun = Instant::now();
    house.until_empty().await;
    assert_eq!(begun.elapsed().as_secs() / 10, 2, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_shutdown_is_answered_and_closes_every_connection() {
    let house = House::open();
    let (mut waiting, mut client) = (house.connect().await, house.connect().await);
    waiting.send(&request(1, "test.hang", &json!({}))).await;
    let silent = house.connect().await;
    assert_eq!(client.call(1, "daemon.shutdown", &json!({})).await["result"], json!({ "sessionsLeft": 0 }));
    client.assert_closed().await;
    waiting.assert_closed().await;
    drop::<Client>(silent);
    bounded(house.close()).await;
}

/// LSP's ids are signed integers, and JSON-RPC's can be fractions.
#[tokio::test]
async fn a_request_of_any_id_is_answered_with_it() {
    let house = House::open();
    let mut client = house.connect().await;
    for id in [json!(-1), json!(1.5), json!(i64::MIN), json!(1e30), json!("nhd-id:1"), json!(0), json!(null)]
    {
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": "session.list" });
        client.send(&request).await;
        let answer = client.next().await;
        assert_eq!((&answer["id"], &answer["result"]), (&id, &json!({ "sessions": [] })));
        client.send(&json!([request])).await;
        assert_eq!(client.next().await[0], answer);
    }
    client.send(&json!({ "jsonrpc": "2.0", "id": -2, "method": "test.hang" })).await;
    client.send(&notification("$/cancelRequest", &json!({ "id": -2 }))).await;
    let answer = client.next().await;
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(-2), &json!(CANCELLED_CODE)));
    for id in [json!({}), json!(true), json!([1])] {
        client.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "session.list" })).await;
        let answer = client.next().await;
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&Value::Null, &json!(-32600)), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn for_a_client_that_reads_nothing_no_more_is_made_than_it_may_have() {
    let house = House::open();
    let mut client = house.connect().await;
    let mut sent = 0;
    for id in 0..5_000 {
        let message = frame(request(id, "test.counted", &json!({})).to_string().as_bytes());
        match tokio::time::timeout(Duration::from_secs(1), client.0.write_all(&message)).await {
            Ok(written) => written.expect("sends"),
            Err(_) => break,
        }
        sent += 1;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut other = house.connect().await;
    let run = other.call(0, "test.counted", &json!({})).await["result"]["run"].as_u64().expect("a number");
    assert!(run < 40, "{run} answers of 100 kB were made");
    // It has lost nothing.
    assert!(sent > 40, "no more than {sent} were read");
    for _ in 0..sent {
        assert!(client.next().await["result"]["run"].is_u64());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_large_requests_that_are_worked_on_no_more_are_read_than_it_may_have() {
    let house = House::open();
    let mut client = house.connect().await;
    let params = json!({ "text": "x".repeat(1 << 20) });
    let mut sent = 0;
    for id in 0..64 {
        let message = frame(request(id, "test.hang", &params).to_string().as_bytes());
        match tokio::time::timeout(Duration::from_secs(1), client.0.write_all(&message)).await {
            Ok(written) => written.expect("sends"),
            Err(_) => break,
        }
        sent += 1;
    }
    assert!((2..16).contains(&sent), "{sent} requests of 1 MB were read");
}

/// A pipe that nobody reads stands in for a disk that hangs: what needs no disk is answered, more often than there are
/// workers that could wait for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_disk_hangs_what_does_not_need_it_is_answered() {
    let house = House::open();
    let copies = house.shared.paths.copies();
    std::fs::create_dir_all(&copies).expect("folder");
    let pipe = copies.join("one.json.new");
    let (fifo, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR);
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, fifo, mode, 0).expect("pipe");
    let store = std::sync::Arc::clone(&house.shared.store);
    let writing = tokio::spawn(async move { store.put_session(&crate::store::tests::session("one")) });
    let mut waiting = house.connect().await;
    for id in 0..4 {
        let since = json!({ "since": { "epoch": "e", "seq": 0 } });
        waiting.send(&request(id, "events.since", &since)).await;
    }
    let mut client = house.connect().await;
    assert_eq!(client.call(1, "session.list", &json!({})).await["result"], json!({ "sessions": [] }));
    assert_eq!(client.call(2, "daemon.shutdown", &json!({})).await["result"], json!({ "sessionsLeft": 0 }));
    let reading = tokio::task::spawn_blocking(move || std::fs::read(pipe));
    let _ = bounded(writing).await.expect("no panic");
    drop(reading);
    house.close().await;
}
