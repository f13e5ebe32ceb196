use jsonrpsee::RpcModule;
use nhd_protocol::event::EventList;
use nhd_protocol::session::{Phase, StepName};

use super::*;
use crate::CLIENT;
use crate::render::session::tests::status;
use crate::render::test_screen::screen;
use nhd_client::fake::{hello_module, on, serve};

fn event(seq: u64, body: EventBody) -> Event {
    let cursor = Cursor { epoch: "now".to_owned(), seq };
    Event { cursor, at: "2026-11-23T08:24:26.123Z".to_owned(), body }
}

/// A log of two events, whose current epoch is `now`.
fn log_module() -> RpcModule<()> {
    let mut module = hello_module();
    on::<methods::EventsSince>(&mut module, |EventsParams { since, .. }| {
        let Some(since) = since else {
            return Ok(EventList { events: vec![event(2, EventBody::Snapshot { sessions: Vec::new() })] });
        };
        assert_eq!(since.epoch, "now");
        let status = status("s1", "reviews", Phase::Starting);
        let step = EventBody::Step {
            session: "s1".to_owned(),
            step: StepName::CreateRecord,
            outcome: StepOutcome::Done,
            elapsed_ms: Some(12),
            error: None,
        };
        let log = [event(1, EventBody::Session { status: Box::new(status) }), event(2, step)];
        Ok(EventList { events: log.into_iter().filter(|event| event.cursor.seq > since.seq).collect() })
    });
    module
}

async fn shown(json: bool, since: Option<u64>) -> String {
    let daemon = serve(log_module());
    let client = Client::connect(&daemon.paths, CLIENT).await.expect("connects");
    let (mut screen, out, _) = screen(json, false);
    run(&EventsArguments { since, follow: false }, &client, &mut screen).await.expect("succeeds");
    out.text()
}

#[tokio::test]
async fn events_are_lines() {
    let expect = "     1  2026-11-23T08:24:26.123Z  deployment/reviews  starting
     2  2026-11-23T08:24:26.123Z  deployment/reviews  created the record after 12 ms
";
    assert_eq!(shown(false, None).await, expect);
}

#[tokio::test]
async fn since_counts_in_the_current_epoch_and_json_is_one_event_a_line() {
    let text = shown(true, Some(1)).await;
    let event: Event = serde_json::from_str(text.trim()).expect("one event");
    assert_eq!(event.cursor.seq, 2);
    assert_eq!(text.lines().count(), 1);
}
