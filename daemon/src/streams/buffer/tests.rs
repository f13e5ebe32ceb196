use std::time::Duration;

use futures::FutureExt as _;
use nhd_protocol::stream::EndReason;
use nhd_protocol::stream::frame::NoticeKind;
use proptest::prelude::*;
use tokio::time::timeout;

use super::*;

fn end() -> StreamEnd {
    StreamEnd { reason: EndReason::Exited, exit_code: Some(0), message: None }
}

fn notice(message: &str) -> StreamNotice {
    StreamNotice { kind: NoticeKind::Warning, message: message.to_owned(), exit_code: None }
}

async fn all(mut reader: Reader) -> (Vec<u8>, Vec<u8>) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    loop {
        match reader.next().await {
            Chunk::Data { frame: FrameType::Stderr, bytes, .. } => stderr.extend(bytes),
            Chunk::Data { bytes, .. } => {
                assert!(bytes.len() <= MAX_PAYLOAD && !bytes.is_empty());
                stdout.extend(bytes);
            }
            Chunk::Notice(_) => {}
            Chunk::End(_) => return (stdout, stderr),
        }
    }
}

#[tokio::test]
async fn without_a_client_the_last_is_kept_and_nobody_waits() {
    let buffer = Buffer::new(false);
    for round in 0..100_u8 {
        buffer.write(FrameType::Stdout, None, &[round; 10_000]).await.expect("is open");
    }
    let reader = buffer.read();
    assert!(reader.cut && reader.replayed > REPLAY as u64 / 2 && reader.replayed <= REPLAY as u64);
    let replayed = usize::try_from(reader.replayed).expect("fits");
    buffer.end(end());
    let (stdout, _) = all(reader).await;
    assert_eq!((stdout.len(), stdout.last()), (replayed, Some(&99)));
    assert_eq!(buffer.write(FrameType::Stdout, None, b"late").await, Err(Closed));
}

#[tokio::test(start_paused = true)]
async fn what_is_held_waits_for_its_client_and_then_for_the_slowest_of_all() {
    let buffer = Buffer::new(true);
    let writer = buffer.clone();
    let flood: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let expect = flood.clone();
    let writing = tokio::spawn(async move { writer.write(FrameType::Stdout, None, &flood).await });
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!writing.is_finished(), "it was written for nobody");
    let (quick, mut slow) = (buffer.read(), buffer.read());
    assert!(!quick.cut);
    let quick = tokio::spawn(all(quick));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!writing.is_finished(), "one of the two has read nothing");
    let Chunk::Data { bytes: mut first, .. } = slow.next().await else { panic!("data comes first") };
    let ending = buffer.clone();
    tokio::spawn(async move {
        writing.await.expect("no panic").expect("is open");
        ending.end(end());
    });
    first.extend(all(slow).await.0);
    assert!(first == expect && quick.await.expect("no panic").0 == expect);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_stops_nobody() {
    let buffer = Buffer::new(false);
    let reader = buffer.read();
    let writing = buffer.write(FrameType::Stdout, None, &[1; 1_000_000]);
    tokio::pin!(writing);
    timeout(Duration::from_secs(60), &mut writing).await.expect_err("the client reads nothing");
    drop(reader);
    timeout(Duration::from_secs(60), writing).await.expect("goes on").expect("is open");
}

#[tokio::test]
async fn a_replay_does_not_begin_in_the_midst_of_a_character() {
    let buffer = Buffer::new(false);
    // Pieces of whole characters but for the first byte of all, so that each begins in the midst of one.
    let text = format!("x{}", "€".repeat(200_000));
    for piece in text.as_bytes().chunks(8_190) {
        buffer.write(FrameType::Stdout, None, piece).await.expect("is open");
    }
    let front = |buffer: &Buffer| match &buffer.lock().segments.front().expect("is full").content {
        Content::Data { bytes, .. } => bytes[0],
        Content::Notice(_) => 0,
    };
    assert_ne!(front(&buffer), "€".as_bytes()[0], "it was cut elsewhere, so that this proves nothing");
    buffer.end(end());
    let reader = buffer.read();
    assert!(reader.cut);
    String::from_utf8(all(reader).await.0).expect("whole characters");
}

#[tokio::test]
async fn many_small_writes_take_no_more_than_they_count() {
    let buffer = Buffer::new(false);
    for _ in 0..100_000 {
        buffer.write(FrameType::Stdout, None, b"o").await.expect("is open");
        buffer.write(FrameType::Stderr, None, b"e").await.expect("is open");
    }
    assert!(buffer.lock().segments.len() <= REPLAY / 64);
}

#[tokio::test]
async fn notices_come_in_their_order_and_origins_stay_with_their_bytes() {
    let buffer = Buffer::new(false);
    let origin = |pod: &str| Arc::new(StreamOrigin { pod: pod.to_owned(), container: "c".to_owned() });
    let (a, b) = (origin("a"), origin("b"));
    buffer.write(FrameType::Stdout, Some(&a), b"1").await.expect("is open");
    buffer.write(FrameType::Stdout, Some(&b), b"2").await.expect("is open");
    buffer.notice(notice("n")).await.expect("is open");
    buffer.write(FrameType::Stdout, Some(&b), b"3").await.expect("is open");
    buffer.end(end());
    let mut reader = buffer.read();
    let data = |origin: &Arc<StreamOrigin>, bytes: &[u8]| Chunk::Data {
        frame: FrameType::Stdout,
        origin: Some(Arc::clone(origin)),
        bytes: bytes.to_vec(),
    };
    for expect in [
        data(&a, b"1"),
        data(&b, b"2"),
        Chunk::Notice(Arc::new(notice("n"))),
        data(&b, b"3"),
        Chunk::End(end()),
        Chunk::End(end()),
    ] {
        assert_eq!(reader.next().now_or_never(), Some(expect));
    }
}

proptest! {
    /// Whatever is written in whatever pieces, and read in between or not, comes bit for bit and in its order.
    #[test]
    fn bytes_come_as_they_were_written(pieces in proptest::collection::vec(
        (any::<bool>(), proptest::collection::vec(any::<u8>(), 1..20_000), any::<bool>()), 1..40)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let buffer = Buffer::new(true);
            let mut reader = buffer.read();
            let (mut sent, mut got) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
            let mut take = |chunk: Chunk| match chunk {
                Chunk::Data { frame, bytes, .. } => {
                    got[usize::from(frame == FrameType::Stderr)].extend(bytes);
                    true
                }
                _ => false,
            };
            for (stderr, bytes, read) in pieces {
                sent[usize::from(stderr)].extend_from_slice(&bytes);
                let frame = if stderr { FrameType::Stderr } else { FrameType::Stdout };
                let mut writing = std::pin::pin!(buffer.write(frame, None, &bytes));
                while writing.as_mut().now_or_never().is_none() {
                    take(reader.next().await);
                }
                if read && let Some(chunk) = reader.next().now_or_never() {
                    take(chunk);
                }
            }
            buffer.end(end());
            while take(reader.next().await) {}
            assert!(sent == got);
        });
    }
}
