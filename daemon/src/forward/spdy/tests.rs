//! A tunnel and its requests against a server in memory, on the paused clock: minutes of silence take no time.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::fake::{FakeServer, tunnel};
use super::request::{REASON_LIMIT, REPLY_LIMIT};
use super::*;
use crate::forward::stream::{STALL_LIMIT, StreamError};

async fn read(reader: &mut SpdyReader, bytes: usize) -> usize {
    let mut left = bytes;
    while left > 0 {
        left -= reader.receive().await.expect("no error").expect("more").len();
    }
    bytes
}

/// Runs the server for as long as the test does something.
async fn beside<T>(server: &mut FakeServer, doing: impl Future<Output = T>) -> T {
    let serving = async {
        while server.hear().await.is_some() {}
        std::future::pending::<()>().await;
    };
    tokio::select! {
        done = doing => done,
        () = serving => unreachable!("it never ends"),
    }
}

#[tokio::test(start_paused = true)]
async fn many_requests_share_a_tunnel_and_each_has_its_own_bytes_and_end() {
    let (tunnel, mut server) = tunnel();
    let (mut first, mut to_first) = tunnel.open(80).await.unwrap();
    let (mut second, mut to_second) = tunnel.open(81).await.unwrap();
    to_first.send(b"one").await.unwrap();
    to_second.send(b"two").await.unwrap();
    server.until_said(11, 3).await;
    server.until_said(23, 3).await;
    assert_eq!((&server.said[&11].0[..], &server.said[&23].0[..]), (&b"one"[..], &b"two"[..]));
    assert!(server.said[&1].1 && server.said[&13].1, "nothing is ever sent on the streams of errors");
    server.say(23, b"zwei").await;
    server.say(11, b"eins").await;
    server.end(11).await;
    assert_eq!(first.receive().await.unwrap().unwrap(), "eins");
    assert!(first.receive().await.unwrap().is_none());
    assert_eq!(second.receive().await.unwrap().unwrap(), "zwei");
    drop((first, to_first));
    server.until(|it| it.said[&11].1).await;
    assert!(server.resets.is_empty(), "what has ended is ended on this side too, not reset");
    server.say(23, b"more").await;
    assert_eq!(second.receive().await.unwrap().unwrap(), "more");
}

#[tokio::test(start_paused = true)]
async fn an_answer_comes_after_the_local_side_has_said_that_it_has_finished() {
    let (tunnel, mut server) = tunnel();
    let (mut reader, mut writer) = tunnel.open(80).await.unwrap();
    writer.send(b"question").await.unwrap();
    writer.finish();
    server.until(|it| it.said.get(&11).is_some_and(|(_, ended)| *ended)).await;
    server.say(11, b"answer").await;
    server.end(11).await;
    assert_eq!(reader.receive().await.unwrap().unwrap(), "answer");
    assert!(reader.receive().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn what_went_wrong_is_said_of_one_request_although_its_data_ended_before_and_touches_no_other() {
    let (tunnel, mut server) = tunnel();
    let (mut failing, _to_failing) = tunnel.open(80).await.unwrap();
    let (mut other, _to_other) = tunnel.open(81).await.unwrap();
    let (mut reset, _to_reset) = tunnel.open(82).await.unwrap();
    server.until(|it| it.said.len() == 6).await;
    server.say(11, b"last words").await;
    server.fail(11, "connection refused\n").await;
    server.reset(35).await;
    server.say(23, b"fine").await;
    assert_eq!(failing.receive().await.unwrap().unwrap(), "last words");
    assert_eq!(failing.receive().await.unwrap_err().to_string(), "the pod's side failed: connection refused");
    assert!(matches!(reset.receive().await.unwrap_err(), StreamError::Reset { status: 5 }));
    assert_eq!(other.receive().await.unwrap().unwrap(), "fine");
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_early_resets_its_stream_alone() {
    let (tunnel, mut server) = tunnel();
    let leaving = tunnel.open(80).await.unwrap();
    let (mut staying, _to_staying) = tunnel.open(81).await.unwrap();
    drop(leaving);
    server.until(|it| it.resets == [11]).await;
    server.say(11, b"too late").await;
    server.say(23, b"in time").await;
    assert_eq!(staying.receive().await.unwrap().unwrap(), "in time");
    assert!(tunnel.is_accepting());
}

#[tokio::test(start_paused = true)]
async fn one_who_does_not_read_is_felt_by_the_pod_and_loses_nothing() {
    let (tunnel, mut server) = tunnel();
    let (mut reader, _writer) = tunnel.open(80).await.unwrap();
    server.until(|it| it.said.len() == 2).await;
    let chunk = vec![7; 32 << 10];
    let mut sent = 0;
    while timeout(Duration::from_secs(1), server.say(11, &chunk)).await.is_ok() {
        sent += chunk.len();
        assert!(sent < 1 << 20, "everything is buffered");
    }
    sleep(Duration::from_secs(3600)).await;
    // The frame that did not fit is half written, and what is missing of it never comes.
    assert_eq!(read(&mut reader, sent).await, sent);
}

#[tokio::test(start_paused = true)]
async fn one_who_does_not_read_holds_up_others_for_ten_seconds_and_no_more() {
    let (tunnel, mut server) = tunnel();
    let (mut stalled, _to_stalled) = tunnel.open(80).await.unwrap();
    let (mut other, _to_other) = tunnel.open(81).await.unwrap();
    server.until(|it| it.said.len() == 4).await;
    let began = Instant::now();
    let chunk = vec![7; 32 << 10];
    let flooding = async {
        for _ in 0..200 {
            server.say(11, &chunk).await;
        }
        server.say(23, b"at last").await;
    };
    let (answer, ()) = tokio::join!(other.receive(), flooding);
    assert_eq!(answer.unwrap().unwrap(), "at last");
    let waited = began.elapsed();
    assert!(waited >= STALL_LIMIT && waited < STALL_LIMIT * 2, "{waited:?}");
    let error = stalled.receive().await.unwrap_err().to_string();
    assert!(error.starts_with("its client read nothing for 10 s while 20"), "{error}");
    server.until(|it| it.resets == [11]).await;
}

#[tokio::test(start_paused = true)]
async fn one_who_reads_slowly_is_not_ended_for_it() {
    let (tunnel, mut server) = tunnel();
    let (mut slow, _to_slow) = tunnel.open(80).await.unwrap();
    let (mut other, _to_other) = tunnel.open(81).await.unwrap();
    server.until(|it| it.said.len() == 4).await;
    let chunk = vec![7; 32 << 10];
    let flooding = async {
        for _ in 0..200 {
            server.say(11, &chunk).await;
        }
        server.say(23, b"at last").await;
    };
    let reading = async {
        for _ in 0..200 {
            read(&mut slow, chunk.len()).await;
            sleep(Duration::from_secs(3)).await;
        }
    };
    let (answer, (), ()) = tokio::join!(other.receive(), flooding, reading);
    assert_eq!(answer.unwrap().unwrap(), "at last");
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_does_not_read_slows_the_local_side_down() {
    let (tunnel, mut server) = tunnel();
    let (_reader, mut writer) = tunnel.open(80).await.unwrap();
    let chunk = vec![7; 64 << 10];
    let mut sent = 0;
    while timeout(Duration::from_secs(1), writer.send(&chunk)).await.is_ok() {
        sent += chunk.len();
        assert!(sent < 2 << 20, "everything is buffered");
    }
    server.until_said(11, sent).await;
}

#[tokio::test(start_paused = true)]
async fn a_silent_tunnel_lives_as_long_as_pings_are_answered_and_dies_with_all_its_requests() {
    let (tunnel, mut server) = tunnel();
    let (mut first, _to_first) = tunnel.open(80).await.unwrap();
    let (mut second, mut to_second) = tunnel.open(81).await.unwrap();
    let heard = beside(&mut server, timeout(Duration::from_secs(3600), first.receive())).await;
    assert!(heard.is_err(), "pings are not data");
    server.answers_pings = false;
    let began = Instant::now();
    for reader in [&mut first, &mut second] {
        let error = beside(&mut server, reader.receive()).await.unwrap_err();
        assert!(error.to_string().starts_with("no answer from the API server for "), "{error}");
    }
    assert!(began.elapsed() <= Duration::from_secs(60));
    assert!(to_second.send(b"x").await.is_err());
    assert!(!tunnel.is_accepting());
}

#[tokio::test(start_paused = true)]
async fn a_tunnel_that_nobody_uses_ends_and_one_that_is_used_does_not() {
    let (tunnel, mut server) = tunnel();
    let request = tunnel.open(80).await.unwrap();
    beside(&mut server, sleep(Duration::from_secs(600))).await;
    assert!(tunnel.is_accepting());
    drop(request);
    beside(&mut server, sleep(Duration::from_secs(60))).await;
    assert!(tunnel.is_accepting());
    beside(&mut server, sleep(Duration::from_secs(100))).await;
    assert!(!tunnel.is_accepting());
    assert!(tunnel.open(80).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_tunnel_that_was_silent_has_to_answer_before_anything_is_entrusted_to_it() {
    let (tunnel, mut server) = tunnel();
    beside(&mut server, sleep(Duration::from_secs(10))).await;
    assert!(beside(&mut server, tunnel.open(80)).await.is_some());
    beside(&mut server, sleep(Duration::from_secs(10))).await;
    server.replies = false;
    assert!(beside(&mut server, tunnel.open(80)).await.is_none());
    assert!(!tunnel.is_accepting(), "nobody else tries it either");
}

#[tokio::test(start_paused = true)]
async fn whoever_says_that_it_goes_away_gets_no_more_requests_and_finishes_those_that_it_has() {
    let (tunnel, mut server) = tunnel();
    let (mut known, _to_known) = tunnel.open(80).await.unwrap();
    let (mut unknown, _to_unknown) = tunnel.open(81).await.unwrap();
    server.until(|it| it.said.len() == 4).await;
    server.go_away(11).await;
    assert!(matches!(unknown.receive().await.unwrap_err(), StreamError::GoneAway));
    assert!(tunnel.open(82).await.is_none());
    server.say(11, b"to the end").await;
    assert_eq!(known.receive().await.unwrap().unwrap(), "to the end");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_spdy_or_breaks_off_ends_all_requests_with_the_reason() {
    let stream_zero: &[u8] = &[0; 8];
    let a_stream_of_its_own: &[u8] = &[0x80, 3, 0, 1, 0, 0, 0, 10, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0];
    for (bytes, said) in [
        (stream_zero, "what came from the API server is not SPDY"),
        (a_stream_of_its_own, "the API server opened a stream"),
        (&[], "the connection to the API server ended"),
    ] {
        let (tunnel, mut server) = tunnel();
        let (mut reader, _writer) = tunnel.open(80).await.unwrap();
        server.until(|it| it.said.len() == 2).await;
        server.raw(bytes).await;
        if bytes.is_empty() {
            drop(server);
        }
        assert_eq!(reader.receive().await.unwrap_err().to_string(), said);
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_who_holds_a_tunnel_takes_it_along() {
    let (tunnel, mut server) = tunnel();
    let request = tunnel.open(80).await.unwrap();
    drop(tunnel);
    server.until(|it| it.said.len() == 2).await;
    server.say(11, b"still here").await;
    let (mut reader, writer) = request;
    assert_eq!(reader.receive().await.unwrap().unwrap(), "still here");
    drop((reader, writer));
    while server.hear().await.is_some() {}
}

#[tokio::test(start_paused = true)]
async fn one_whose_worker_may_wait_for_ever_costs_nobody_else_anything() {
    let (tunnel, mut server) = tunnel();
    server.answers_pings = false;
    for _ in 0..5 {
        assert!(tunnel.is_accepting());
        let (_, mut writer) = tunnel.open(80).await.expect("a worker who is not in doubt");
        writer.send(b"anybody?").await.unwrap();
    }
    assert!(!tunnel.is_accepting(), "there is nobody left who is sure to answer");

    let (tunnel, mut server) = super::fake::tunnel();
    for _ in 0..50 {
        let request = beside(&mut server, tunnel.open(80)).await.expect("all answer");
        drop(request);
        beside(&mut server, sleep(Duration::from_millis(1))).await;
    }
}

#[tokio::test(start_paused = true)]
async fn whether_nothing_listens_is_known_before_anything_is_sent() {
    let (tunnel, mut server) = tunnel();
    let (mut reader, mut writer) = tunnel.open(80).await.unwrap();
    server.until(|it| it.said.len() == 2).await;
    server.fail(11, "connection refused").await;
    reader.settle().await;
    writer.send(b"anybody?").await.unwrap();
    assert!(reader.receive().await.is_err());
    let (reader, _writer) = tunnel.open(80).await.unwrap();
    server.until(|it| it.said.len() == 4).await;
    let began = Instant::now();
    reader.settle().await;
    assert_eq!(began.elapsed(), Duration::from_millis(20));
    assert!(server.said[&11].0.is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_alone_that_keeps_a_tunnel_from_being_read_does_not_once_another_comes() {
    let (tunnel, mut server) = tunnel();
    let _stalled = tunnel.open(80).await.unwrap();
    server.until(|it| it.said.len() == 2).await;
    for _ in 0..9 {
        server.say(11, &[7; 32 << 10]).await;
    }
    sleep(Duration::from_secs(1)).await;
    let (mut other, _to_other) = tunnel.open(81).await.unwrap();
    server.until(|it| it.said.len() == 4).await;
    server.say(23, b"soon").await;
    let heard = timeout(Duration::from_secs(1), other.receive()).await.expect("soon");
    assert_eq!(heard.unwrap().unwrap(), "soon");
}

#[tokio::test(start_paused = true)]
async fn what_was_being_sent_when_all_was_given_up_is_not_mixed_with_the_goodbye() {
    let (tunnel, mut server) = tunnel();
    let (reader, mut writer) = tunnel.open(80).await.unwrap();
    writer.send(&[7; 60 << 10]).await.unwrap();
    writer.send(&[7; 60 << 10]).await.unwrap();
    // As much as fits is on its way, with half a frame at the end.
    sleep(Duration::from_millis(1)).await;
    drop((reader, writer, tunnel));
    sleep(Duration::from_millis(1)).await;
    while server.hear().await.is_some() {}
    let (said, _) = &server.said[&11];
    assert!(said.len() == 120 << 10 && said.iter().all(|byte| *byte == 7), "{} bytes", said.len());
    assert_eq!(server.resets, [11]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_owes_an_answer_or_a_reason_is_not_waited_for_for_ever() {
    let (tunnel, mut server) = tunnel();
    server.replies = false;
    let (mut unanswered, _to_unanswered) = tunnel.open(80).await.unwrap();
    let began = Instant::now();
    let error = beside(&mut server, unanswered.receive()).await.unwrap_err();
    assert!(matches!(error, StreamError::Unanswered), "{error}");
    assert_eq!(began.elapsed(), REPLY_LIMIT);

    server.replies = true;
    let (mut ended, _to_ended) = beside(&mut server, tunnel.open(80)).await.unwrap();
    beside(&mut server, sleep(REPLY_LIMIT * 2)).await;
    server.say(23, b"last words").await;
    server.end_data(23).await;
    assert_eq!(ended.receive().await.unwrap().unwrap(), "last words");
    let began = Instant::now();
    assert!(beside(&mut server, ended.receive()).await.unwrap().is_none());
    assert_eq!(began.elapsed(), REASON_LIMIT);
}
