use nhd_protocol::error::ErrorKind;
use nhd_protocol::listing::WorkloadSummary;
use nhd_protocol::workload::WorkloadKind;

use super::*;
use crate::browse::glance::{Item, Mark};
use crate::browse::live::part::Kept;
use crate::cluster::follow::Told;

fn item(name: &str) -> Kept {
    let workload = WorkloadRef { namespace: "n".into(), kind: WorkloadKind::Deployment, name: name.into() };
    Kept::Item(Item {
        workload,
        listed: true,
        parent: None,
        mark: Mark::None,
        containers: Vec::new(),
        replicas: None,
        trouble: None,
    })
}

fn hub() -> Hub {
    let address = ClusterAddress { kubeconfig: Vec::new(), context: None, environment: Default::default() };
    Hub::new(address, Some("n".into()), CancellationToken::new())
}

fn news(told: Result<Told<Kept>, ErrorInfo>) -> Vec<PartNews> {
    vec![PartNews { part: WatchedPart::Deployments, told }]
}

fn error(message: &str) -> ErrorInfo {
    ErrorInfo::new(ErrorKind::PermissionDenied, message)
}

fn names(workloads: &[WorkloadSummary]) -> String {
    workloads.iter().map(|it| it.workload.name.as_str()).collect::<Vec<_>>().join(",")
}

fn shown(event: &WorkloadEvent) -> String {
    match event {
        WorkloadEvent::Snapshot { workloads, troubles, more, .. } => {
            let troubles: Vec<String> = troubles.iter().map(|it| format!("{:?}", it.part)).collect();
            format!(
                "snapshot [{}] [{}]{}",
                names(workloads),
                troubles.join(","),
                if *more { " more" } else { "" }
            )
        }
        WorkloadEvent::Changed { upserted, removed, more } => {
            let removed: Vec<&str> = removed.iter().map(|it| it.name.as_str()).collect();
            format!("changed +{} -{}{}", names(upserted), removed.join(","), if *more { " more" } else { "" })
        }
        WorkloadEvent::Error { trouble } => format!("error {:?} {}", trouble.part, trouble.error.message),
        WorkloadEvent::Recovered { part } => format!("recovered {part:?}"),
    }
}

/// All that a seat has heard.
fn heard(seat: &mut Seat) -> Vec<String> {
    std::iter::from_fn(|| match seat.try_recv() {
        Ok(News::Event(event)) => Some(shown(&event)),
        Ok(News::Anew) => Some("anew".to_owned()),
        Err(broadcast::error::TryRecvError::Lagged(_)) => Some("lagged".to_owned()),
        Err(_) => None,
    })
    .collect()
}

#[test]
fn who_joins_has_what_was_told_before_and_hears_what_comes_after() {
    let hub = hub();
    hub.begin(Picture::default());
    hub.take(news(Ok(Told::Listed(vec![item("a"), item("b")]))), |_| None);
    let (snapshot, mut seat) = hub.join("dev", "https://one");
    assert_eq!(snapshot.iter().map(shown).collect::<Vec<_>>(), ["snapshot [a,b] []"]);
    hub.take(news(Ok(Told::Changed(item("c")))), |_| None);
    hub.take(news(Ok(Told::Changed(item("c")))), |_| None);
    hub.take(news(Ok(Told::Gone(item("a")))), |_| None);
    assert_eq!(heard(&mut seat), ["changed +c -", "changed + -a"], "what changes nothing is not told");
}

#[test]
fn what_is_refused_is_told_once_and_so_is_its_return() {
    let hub = hub();
    hub.begin(Picture::default());
    hub.take(news(Ok(Told::Listed(vec![item("a")]))), |_| None);
    let (_, mut seat) = hub.join("dev", "https://one");
    hub.take(news(Err(error("no"))), |_| None);
    hub.take(news(Err(error("no"))), |_| None);
    hub.take(news(Err(error("never"))), |_| None);
    let (snapshot, _) = hub.join("dev", "https://one");
    assert_eq!(snapshot.iter().map(shown).collect::<Vec<_>>(), ["snapshot [] [Deployments]"]);
    hub.take(news(Ok(Told::Listed(vec![item("a")]))), |_| None);
    assert_eq!(
        heard(&mut seat),
        [
            "error Deployments no",
            "changed + -a",
            "error Deployments never",
            "recovered Deployments",
            "changed +a -"
        ]
    );
}

#[tokio::test]
async fn a_cluster_that_is_away_keeps_what_was_known_and_comes_back_anew() {
    let hub = hub();
    hub.away(error("away"));
    hub.settled().await;
    let (snapshot, mut seat) = hub.join("dev", "https://one");
    assert_eq!(snapshot.iter().map(shown).collect::<Vec<_>>(), ["snapshot [] [Cluster]"]);
    hub.begin(Picture::default());
    hub.take(news(Ok(Told::Listed(vec![item("a")]))), |_| None);
    hub.away(error("away"));
    hub.away(error("away"));
    assert_eq!(heard(&mut seat), ["anew", "changed +a -", "error Cluster away"]);
    let (snapshot, _) = hub.join("dev", "https://one");
    assert_eq!(snapshot.iter().map(shown).collect::<Vec<_>>(), ["snapshot [a] [Cluster]"]);
}

#[test]
fn a_client_that_does_not_listen_costs_a_bounded_number_of_events() {
    let hub = hub();
    hub.begin(Picture::default());
    let (_, mut seat) = hub.join("dev", "https://one");
    for number in 0..NEWS_LIMIT * 2 {
        hub.take(news(Ok(Told::Changed(item(&format!("w{number}"))))), |_| None);
    }
    let heard = heard(&mut seat);
    assert_eq!((heard.len(), heard[0].as_str()), (NEWS_LIMIT + 1, "lagged"));
}

#[test]
fn long_news_is_told_in_several_messages_of_which_all_but_the_last_say_more() {
    let hub = hub();
    let count = MESSAGE_LIMIT * 2 + 1;
    let items = (0..count).map(|number| item(&format!("w{number:05}"))).collect();
    hub.begin(Picture::default());
    let (_, mut seat) = hub.join("dev", "https://one");
    hub.take(news(Ok(Told::Listed(items))), |_| None);
    let (snapshot, _) = hub.join("dev", "https://one");
    let sizes = |events: Vec<WorkloadEvent>| -> Vec<(usize, bool)> {
        let size = |event| match event {
            WorkloadEvent::Snapshot { workloads, more, .. } => (workloads.len(), more),
            WorkloadEvent::Changed { upserted, removed, more } => (upserted.len() + removed.len(), more),
            other => panic!("{other:?}"),
        };
        events.into_iter().map(size).collect()
    };
    let expect = [(MESSAGE_LIMIT, true), (MESSAGE_LIMIT, true), (1, false)];
    assert_eq!(sizes(snapshot), expect);
    let told = std::iter::from_fn(|| match seat.try_recv() {
        Ok(News::Event(event)) => Some(WorkloadEvent::clone(&event)),
        _ => None,
    });
    assert_eq!(sizes(told.collect()), expect);
    hub.take(news(Ok(Told::Listed(Vec::new()))), |_| None);
    assert_eq!(heard(&mut seat).len(), 3);
}
