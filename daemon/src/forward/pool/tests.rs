//! Which tunnel a connection gets, and which ways are tried, without a cluster; with one it is `it::tunnels`.

use std::sync::atomic::AtomicU16;

use http::{Request, Response};
use kube::client::Body;

use super::*;
use crate::forward::spdy::fake::{FakeServer, tunnel};

fn target() -> PodTarget {
    PodTarget { namespace: "team".to_owned(), pod: "reviews-1".to_owned(), uid: "u".to_owned() }
}

fn limits(waited_for: usize, all: usize) -> Limits {
    Limits { waited_for, all }
}

fn pod() -> PodTunnels {
    PodTunnels { target: target(), slots: Mutex::default() }
}

impl PodTunnels {
    /// A place in a tunnel that is open, as whoever gets one opens it.
    fn open(&self, limit: usize) -> (Lease, Option<FakeServer>) {
        let lease = self.lease(limits(limit, limit));
        let mut server = None;
        if lease.0.tunnel().is_none() {
            let (tunnel, far_end) = tunnel();
            *locked(&lease.0.tunnel) = Some(tunnel);
            server = Some(far_end);
        }
        (lease, server)
    }

    /// How many connections each tunnel has.
    fn shares(&self) -> Vec<usize> {
        locked(&self.slots).iter().map(|slot| slot.live.load(Relaxed)).collect()
    }
}

#[tokio::test]
async fn each_connection_has_a_tunnel_of_its_own_while_there_are_enough_and_then_all_have_as_many() {
    let pod = pod();
    let mut leases: Vec<_> = (0..3).map(|_| pod.open(3)).collect();
    assert_eq!(pod.shares(), [1, 1, 1]);
    leases.extend((0..4).map(|_| pod.open(3)));
    assert_eq!(pod.shares(), [3, 2, 2]);
    leases.truncate(3);
    assert_eq!(pod.shares(), [1, 1, 1]);
}

#[tokio::test]
async fn a_tunnel_is_used_again_and_one_that_is_gone_is_not() {
    let pod = pod();
    let (first, server) = pod.open(3);
    drop(first);
    let (again, other_server) = pod.open(3);
    assert!(other_server.is_none(), "it has the tunnel of the one before");
    drop((again, server));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let (_last, newest) = pod.open(3);
    assert!(newest.is_some());
    assert_eq!(pod.shares(), [1], "nothing is left of what is gone");
}

#[tokio::test]
async fn there_is_one_spare_tunnel_and_never_too_many() {
    let pod = pod();
    let few = limits(2, 2);
    assert!(pod.spare(few).is_some(), "there is none that is free");
    assert!(pod.spare(few).is_none());
    let _first = pod.open(2);
    assert_eq!(pod.shares(), [1], "whoever comes waits for the one that is being opened");
    assert!(pod.spare(few).is_some());
    let _second = pod.open(2);
    assert!(pod.spare(few).is_none(), "there are as many as may be");
}

#[tokio::test]
async fn beyond_those_that_are_waited_for_connections_share_until_there_is_a_spare() {
    let pod = pod();
    let _own = [pod.open(2), pod.open(2)];
    let many = limits(2, 4);
    let spare = pod.spare(many).expect("a spare");
    let _shared = pod.lease(many);
    assert_eq!(pod.shares(), [2, 1, 0], "it does not wait for the spare");
    let (tunnel, _server) = tunnel();
    *locked(&spare.tunnel) = Some(tunnel);
    let _last = pod.lease(many);
    assert_eq!(pod.shares(), [2, 1, 1]);
}

/// Tunnels to an API server that answers every request like this, and how many requests it was.
fn refusing(status: u16) -> (Arc<Tunnels>, Arc<AtomicU16>) {
    refusing_with(vec![(status, "")])
}

/// The last of the answers is that to all further requests.
fn refusing_with(answers: Vec<(u16, &'static str)>) -> (Arc<Tunnels>, Arc<AtomicU16>) {
    let asked = Arc::new(AtomicU16::new(0));
    let counter = asked.clone();
    let answer = move |_: Request<Body>| {
        let number = usize::from(counter.fetch_add(1, Relaxed));
        let (status, message) = answers[number.min(answers.len() - 1)];
        let answer =
            Response::builder().status(status).body(Body::from(message.as_bytes().to_vec())).unwrap();
        std::future::ready(Ok::<_, std::convert::Infallible>(answer))
    };
    let client = kube::Client::new(tower::service_fn(answer), "default");
    (Arc::new(Tunnels::new(Connection::new(client), limits(3, 3))), asked)
}

#[tokio::test(start_paused = true)]
async fn what_may_be_the_protocol_is_tried_by_all_and_what_cannot_be_by_none() {
    // With credentials that are not accepted it is waited for newer ones.
    for (status, first, once_known) in [(403, 3, 3), (404, 3, 1), (500, 3, 1), (401, 1, 1), (429, 1, 1)] {
        let (tunnels, asked) = refusing(status);
        let error = tunnels.open(&target(), 80).await.err().unwrap();
        assert!(error.to_string().contains(&status.to_string()), "{error}");
        assert_eq!(asked.swap(0, Relaxed), first, "{status}");
        assert_eq!(*tunnels.way.lock().await, None, "what has not worked is not known");

        *tunnels.way.lock().await = Some(Way::Tunnel(Protocol::Spdy));
        assert!(tunnels.open(&target(), 80).await.is_err());
        // The one that was known is among the three.
        let times = if once_known == 3 { 4 } else { once_known };
        assert_eq!(asked.swap(0, Relaxed), times, "{status}");
    }
}

#[tokio::test]
async fn of_a_missing_pod_no_protocol_is_to_blame_and_what_may_change_is_what_is_said() {
    let missing = (500, "pod not found (\"reviews-1_team\")");
    let absent = (404, "pods \"reviews-1\" not found");
    let unready = (500, "container not running");
    for (answers, asks, said) in [
        (vec![missing], 1, "pod not found"),
        (vec![absent], 1, "404"),
        (vec![(404, "unable to upgrade connection: pod does not exist")], 1, "does not exist"),
        (vec![(403, ""), missing], 2, "pod not found"),
        (vec![(403, ""), (400, "no such protocol"), missing], 3, "pod not found"),
        (vec![(403, ""), unready], 3, "not running"),
        (vec![unready, (403, "")], 3, "not running"),
        (vec![(403, "not for you"), (403, "")], 3, "not for you"),
    ] {
        let (tunnels, asked) = refusing_with(answers.clone());
        let error = tunnels.open(&target(), 80).await.err().unwrap();
        assert_eq!(asked.load(Relaxed), asks, "{answers:?}: {error}");
        assert!(error.to_string().contains(said), "{answers:?}: {error}");
        assert_eq!(error.is_final(), said == "not for you", "{answers:?}: {error}");
    }
}

#[tokio::test]
async fn all_who_have_a_connection_have_its_tunnels_and_a_new_pod_gets_new_ones() {
    let connection = refusing(404).0.cluster.clone();
    let (one, other) = (Tunnels::of(&connection), Tunnels::of(&connection.clone()));
    assert!(Arc::ptr_eq(&one, &other));
    let before = one.to(&target());
    assert!(Arc::ptr_eq(&before, &other.to(&target())));
    let replaced = PodTarget { uid: "v".to_owned(), ..target() };
    assert!(!Arc::ptr_eq(&before, &one.to(&replaced)));
}

/// Tunnels that all have been silent for a minute, with nobody at their other end.
async fn gone_silent(tunnels: &Tunnels, count: usize) -> Vec<FakeServer> {
    *tunnels.way.lock().await = Some(Way::Tunnel(Protocol::Spdy));
    let pod = tunnels.to(&target());
    let (leases, servers): (Vec<_>, Vec<_>) = (0..count).map(|_| pod.open(count)).unzip();
    drop(leases);
    tokio::time::sleep(std::time::Duration::from_secs(10)).await;
    servers.into_iter().flatten().collect()
}

#[tokio::test(start_paused = true)]
async fn where_one_tunnel_has_silently_gone_a_new_one_is_opened_at_once() {
    let (tunnels, asked) = refusing(500);
    let _servers = gone_silent(&tunnels, 3).await;
    let began = tokio::time::Instant::now();
    assert!(tunnels.open(&target(), 80).await.is_err());
    assert_eq!(asked.load(Relaxed), 1);
    assert!(began.elapsed().as_secs() < 4, "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_a_connection_has_opened_meanwhile_is_not_opened_again_for_whoever_comes_next() {
    let (tunnels, asked) = refusing(500);
    *tunnels.way.lock().await = Some(Way::Tunnel(Protocol::Spdy));
    let slot = Slot::default();
    let (own, _server) = tunnel();
    *locked(&slot.tunnel) = Some(own);
    tunnels.warm(&slot, &target()).await;
    assert_eq!(asked.load(Relaxed), 0);
}
