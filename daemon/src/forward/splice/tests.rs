//! All on the paused clock and in memory: minutes of silence take no time.

use std::sync::Arc;

use tokio::{
    io::{DuplexStream, duplex},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

use super::*;
use crate::forward::{
    ANY_LOCAL_PORT,
    fake::{FakePod, pair},
    spdy::fake::{FakeServer, tunnel},
};

struct RunningSplice {
    local: DuplexStream,
    pod: FakePod<DuplexStream>,
    tally: Arc<Tally>,
    ended: JoinHandle<Result<End, StreamError>>,
}

async fn running() -> RunningSplice {
    let (local, inner) = duplex(16 << 10);
    let (mut stream, pod) = pair(80).await;
    let tally = Arc::new(Tally::new(ANY_LOCAL_PORT, 80));
    let noted = tally.clone();
    let ended = tokio::spawn(async move {
        let (mut from_local, mut to_local) = tokio::io::split(inner);
        splice(&mut from_local, &mut to_local, &mut stream, &noted).await
    });
    RunningSplice { local, pod, tally, ended }
}

async fn read(local: &mut DuplexStream, length: usize) -> Vec<u8> {
    let mut read = vec![0; length];
    local.read_exact(&mut read).await.unwrap();
    read
}

#[tokio::test(start_paused = true)]
async fn bytes_flow_both_ways_and_the_pods_close_ends_the_local_side() {
    let RunningSplice { mut local, mut pod, tally, ended } = running().await;
    local.write_all(b"question").await.unwrap();
    assert_eq!(pod.hear().await.unwrap(), "question");
    pod.say(b"answer").await;
    pod.close().await;
    let mut read = Vec::new();
    local.read_to_end(&mut read).await.unwrap();
    assert_eq!(read, b"answer");
    drop(local);
    assert_eq!(ended.await.unwrap().unwrap(), End::PodClosed);
    let status = tally.snapshot();
    assert_eq!((status.sent_bytes, status.received_bytes), (8, 6));
}

#[tokio::test(start_paused = true)]
async fn what_the_pods_side_says_went_wrong_is_the_error() {
    let RunningSplice { mut pod, ended, local: _local, .. } = running().await;
    pod.fail("dial tcp4 127.0.0.1:80: connect: connection refused\n").await;
    let error = ended.await.unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the pod's side failed: dial tcp4 127.0.0.1:80: connect: connection refused"
    );
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_misses_two_pings_is_dead() {
    let RunningSplice { pod: _silent, ended, local: _local, .. } = running().await;
    let before = Instant::now();
    let error = ended.await.unwrap().unwrap_err();
    assert!(matches!(error, StreamError::Dead { .. }), "{error}");
    assert_eq!(before.elapsed().as_secs(), 45);
}

#[tokio::test(start_paused = true)]
async fn a_silent_peer_that_answers_pings_lives() {
    let RunningSplice { mut local, mut pod, ended, .. } = running().await;
    assert!(timeout(Duration::from_secs(3600), pod.hear()).await.is_err(), "pings are not data");
    assert!(!ended.is_finished());
    pod.say(b"awake").await;
    assert_eq!(read(&mut local, 5).await, b"awake");
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_slows_the_pod_down_and_loses_nothing() {
    let RunningSplice { mut local, mut pod, .. } = running().await;
    let chunk = vec![7; 32 << 10];
    let mut sent = 0;
    while timeout(Duration::from_secs(1), pod.say(&chunk)).await.is_ok() {
        sent += chunk.len();
        assert!(sent < 2 << 20, "everything is buffered");
    }
    // The frame that did not fit is half written and goes on with the next use of the connection.
    sent += chunk.len();
    sleep(Duration::from_secs(600)).await;
    let (received, ()) = tokio::join!(read(&mut local, sent), pod.close());
    assert_eq!(received.len(), sent);
    let mut rest = Vec::new();
    local.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_is_slow_to_read_is_not_taken_for_dead() {
    let RunningSplice { mut local, mut pod, ended, .. } = running().await;
    let chunk = vec![7; 32 << 10];
    let mut sent = 0;
    while let Ok(written) = timeout(Duration::from_secs(1), local.write(&chunk)).await {
        sent += written.unwrap();
        assert!(sent < 2 << 20, "everything is buffered");
    }
    sleep(Duration::from_secs(120)).await;
    assert!(!ended.is_finished());
    let mut heard = 0;
    while heard < sent {
        heard += pod.hear().await.unwrap().len();
    }
    assert_eq!(heard, sent);
}

#[tokio::test(start_paused = true)]
async fn data_on_its_way_excuses_silence_for_five_minutes() {
    let RunningSplice { mut local, pod: _stopped, ended, .. } = running().await;
    local.write_all(&vec![7; 100 << 10]).await.unwrap();
    let before = Instant::now();
    let error = ended.await.unwrap().unwrap_err();
    assert!(matches!(error, StreamError::Dead { .. }), "{error}");
    assert_eq!(before.elapsed().as_secs(), 315);
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_come_long_after_the_local_side_has_finished_sending() {
    let RunningSplice { mut local, mut pod, ended, .. } = running().await;
    local.write_all(b"question").await.unwrap();
    local.shutdown().await.unwrap();
    assert_eq!(pod.hear().await.unwrap(), "question");
    sleep(Duration::from_secs(25)).await;
    pod.say(b"answer").await;
    assert_eq!(read(&mut local, 6).await, b"answer");
    pod.close().await;
    assert_eq!(ended.await.unwrap().unwrap(), End::PodClosed);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_given_up() {
    let RunningSplice { mut local, mut pod, ended, .. } = running().await;
    local.write_all(b"question").await.unwrap();
    local.shutdown().await.unwrap();
    assert_eq!(pod.hear().await.unwrap(), "question");
    let before = Instant::now();
    assert_eq!(ended.await.unwrap().unwrap(), End::Unanswered);
    assert_eq!(before.elapsed(), ANSWER_GRACE);
}

#[tokio::test(start_paused = true)]
async fn a_local_side_that_leaves_after_the_answer_is_let_go_soon() {
    let RunningSplice { mut local, mut pod, ended, .. } = running().await;
    pod.say(b"answer").await;
    assert_eq!(read(&mut local, 6).await, b"answer");
    let before = Instant::now();
    local.shutdown().await.unwrap();
    assert_eq!(ended.await.unwrap().unwrap(), End::Idle);
    assert_eq!(before.elapsed(), FAREWELL_GRACE);
}

#[tokio::test(start_paused = true)]
async fn a_half_closed_local_side_that_reads_slowly_is_waited_for() {
    let RunningSplice { mut local, mut pod, ended, .. } = running().await;
    local.shutdown().await.unwrap();
    pod.say(&vec![7; 48 << 10]).await;
    sleep(Duration::from_secs(300)).await;
    assert!(!ended.is_finished());
    assert_eq!(read(&mut local, 48 << 10).await.len(), 48 << 10);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_off_is_an_error() {
    let RunningSplice { pod, ended, local: _local, .. } = running().await;
    drop(pod);
    let error = ended.await.unwrap().unwrap_err();
    assert!(matches!(error, StreamError::Broken { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_makes_no_sense_is_an_error() {
    for (frame, what) in [(vec![], "no channel"), (vec![2, 0, 0], "unknown")] {
        let RunningSplice { mut pod, ended, local: _local, .. } = running().await;
        pod.frame(frame).await;
        let error = ended.await.unwrap().unwrap_err();
        assert!(matches!(error, StreamError::Frame { what: found } if found.contains(what)), "{error}");
    }
}

/// The same through a tunnel.
async fn running_through_a_tunnel() -> (DuplexStream, FakeServer, JoinHandle<Result<End, StreamError>>) {
    let (local, inner) = duplex(16 << 10);
    let (tunnel, mut server) = tunnel();
    let mut stream = PodStream::spdy(tunnel.open(80).await.unwrap(), None);
    server.until(|it| it.said.len() == 2).await;
    let ended = tokio::spawn(async move {
        let (mut from_local, mut to_local) = tokio::io::split(inner);
        let tally = Tally::new(ANY_LOCAL_PORT, 80);
        splice(&mut from_local, &mut to_local, &mut stream, &tally).await
    });
    (local, server, ended)
}

async fn asked(local: &mut DuplexStream, server: &mut FakeServer) {
    local.write_all(b"question").await.unwrap();
    local.shutdown().await.unwrap();
    server.until_said(11, 8).await;
}

#[tokio::test(start_paused = true)]
async fn a_tunnel_is_told_of_the_end_only_when_the_answer_has_had_its_time() {
    let (mut local, mut server, ended) = running_through_a_tunnel().await;
    asked(&mut local, &mut server).await;
    sleep(Duration::from_secs(25)).await;
    server.say(11, b"slow ").await;
    assert_eq!(read(&mut local, 5).await, b"slow ");
    let before = Instant::now();
    server.until(|it| it.said[&11].1).await;
    assert!(before.elapsed() >= FAREWELL_GRACE);
    // It can be of a kind that answers only now.
    server.say(11, b"answer").await;
    server.end(11).await;
    let mut rest = Vec::new();
    local.read_to_end(&mut rest).await.unwrap();
    assert_eq!(rest, b"answer");
    drop(local);
    assert_eq!(ended.await.unwrap().unwrap(), End::PodClosed);
}

#[tokio::test(start_paused = true)]
async fn an_answer_only_after_the_end_of_the_question_is_delivered_where_the_runtime_passes_that_on() {
    let (mut local, mut server, ended) = running_through_a_tunnel().await;
    asked(&mut local, &mut server).await;
    let before = Instant::now();
    server.until(|it| it.said[&11].1).await;
    assert_eq!(before.elapsed(), ANSWER_GRACE);
    server.say(11, b"answer").await;
    server.end(11).await;
    assert_eq!(read(&mut local, 6).await, b"answer");
    drop(local);
    assert_eq!(ended.await.unwrap().unwrap(), End::PodClosed);
}

#[tokio::test(start_paused = true)]
async fn a_pods_side_that_closes_unanswered_because_it_was_told_of_the_end_has_cut_the_answer_off() {
    let (mut local, mut server, ended) = running_through_a_tunnel().await;
    asked(&mut local, &mut server).await;
    server.until(|it| it.said[&11].1).await;
    sleep(Duration::from_secs(1)).await;
    server.end(11).await;
    assert_eq!(ended.await.unwrap().unwrap(), End::Unanswered);
}

#[tokio::test(start_paused = true)]
async fn a_pods_side_that_does_not_close_when_it_is_told_of_the_end_is_left() {
    let (mut local, mut server, ended) = running_through_a_tunnel().await;
    local.shutdown().await.unwrap();
    server.say(11, b"answer").await;
    assert_eq!(read(&mut local, 6).await, b"answer");
    sleep(ANSWER_GRACE).await;
    let (ended, ()) = tokio::join!(ended, server.until(|it| it.resets == [11]));
    assert_eq!(ended.unwrap().unwrap(), End::Idle);
}
