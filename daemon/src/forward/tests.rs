//! The listener on loopback, with tunnels in memory.

use std::time::Duration;

use http::StatusCode;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use super::{
    dial::OpenError,
    fake::{FakeDial, FakePod},
    listener::MAX_CONNECTIONS,
    *,
};

struct RunningForward {
    forward: Forward,
    target: watch::Sender<Option<PodTarget>>,
    pods: mpsc::UnboundedReceiver<(PodTarget, FakePod<DuplexStream>)>,
    tracker: TaskTracker,
}

fn route(target: watch::Receiver<Option<PodTarget>>, local: SocketAddr) -> Route {
    Route {
        target,
        remote_port: 80,
        await_listener: false,
        local,
        shutdown: CancellationToken::new(),
        tracker: TaskTracker::new(),
    }
}

async fn running(pod: Option<PodTarget>, refusals: Vec<OpenError>) -> RunningForward {
    let (tunnel, pods) = FakeDial::new();
    let target = watch::Sender::new(pod);
    let tracker = TaskTracker::new();
    let route = Route { tracker: tracker.clone(), ..route(target.subscribe(), ANY_LOCAL_PORT) };
    let forward = start_through(tunnel.refusing(refusals), route).await.unwrap();
    RunningForward { forward, target, pods, tracker }
}

fn pod(name: &str) -> Option<PodTarget> {
    Some(PodTarget { namespace: "team".to_owned(), pod: name.to_owned(), uid: format!("uid-of-{name}") })
}

fn refused(status: StatusCode, message: &str) -> OpenError {
    OpenError::Refused { pod: "team/reviews".to_owned(), status, message: message.to_owned() }
}

impl RunningForward {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.forward.local).await.unwrap()
    }

    async fn until(&self, reached: impl Fn(&ForwardStatus) -> bool) -> ForwardStatus {
        let mut changes = self.forward.changes();
        changes.wait_for(|status| reached(status)).await.unwrap().clone()
    }

    async fn failure(&self) -> String {
        self.until(|status| status.failed > 0).await.last_failure.unwrap().reason
    }
}

async fn exchange(local: &mut TcpStream, pod: &mut FakePod<DuplexStream>) {
    local.write_all(b"question").await.unwrap();
    assert_eq!(pod.hear().await.unwrap(), "question");
    pod.say(b"answer").await;
    let mut answer = [0; 6];
    local.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"answer");
}

async fn is_reset(local: &mut TcpStream) -> bool {
    let read = local.read(&mut [0; 1]).await;
    read.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionReset)
}

#[tokio::test]
async fn a_connection_that_comes_before_the_pod_waits_for_it() {
    let mut running = running(None, Vec::new()).await;
    let mut local = running.connect().await;
    running.until(|status| status.open == 1).await;
    running.target.send_replace(pod("reviews"));
    let (target, mut far_end) = running.pods.recv().await.unwrap();
    assert_eq!(Some(target), pod("reviews"));
    exchange(&mut local, &mut far_end).await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_pod_is_cut_after_ten_seconds() {
    let running = running(None, Vec::new()).await;
    let mut local = running.connect().await;
    assert!(is_reset(&mut local).await);
    assert_eq!(running.failure().await, "no pod to forward to for 10 s");
    assert_eq!(running.until(|status| status.open == 0).await.connected, 0);
}

#[tokio::test]
async fn a_replaced_pod_ends_its_connections_and_the_listener_leads_to_the_new_one() {
    let mut running = running(pod("old"), Vec::new()).await;
    let mut first = running.connect().await;
    let (_, mut old) = running.pods.recv().await.unwrap();
    exchange(&mut first, &mut old).await;

    running.target.send_replace(None);
    exchange(&mut first, &mut old).await;
    running.target.send_replace(pod("new"));
    assert!(is_reset(&mut first).await);
    assert!(old.hear().await.is_none());
    assert_eq!(running.failure().await, "pod old was replaced");

    let mut second = running.connect().await;
    let (target, mut new) = running.pods.recv().await.unwrap();
    assert_eq!(Some(target), pod("new"));
    exchange(&mut second, &mut new).await;
    let status = running.forward.status();
    assert_eq!((status.connected, status.reconnections), (2, 1));
    assert_eq!((status.sent_bytes, status.received_bytes), (24, 18));
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_is_not_there_yet_is_asked_again() {
    let refusals = vec![
        refused(StatusCode::NOT_FOUND, "pods \"reviews\" not found"),
        refused(StatusCode::INTERNAL_SERVER_ERROR, "container not running"),
    ];
    let mut running = running(pod("reviews"), refusals).await;
    let mut local = running.connect().await;
    let (_, mut far_end) = running.pods.recv().await.unwrap();
    exchange(&mut local, &mut far_end).await;
    assert_eq!(running.forward.status().failed, 0);
}

#[tokio::test]
async fn a_missing_permission_is_said_at_once() {
    let refusals = vec![refused(StatusCode::FORBIDDEN, "pods/portforward is forbidden")];
    let running = running(pod("reviews"), refusals).await;
    let mut local = running.connect().await;
    assert!(is_reset(&mut local).await);
    let expected = "the API server refused a forward to pod team/reviews (403 Forbidden): \
                    pods/portforward is forbidden";
    assert_eq!(running.failure().await, expected);
}

#[tokio::test]
async fn a_port_that_nothing_listens_on_resets_the_connection_and_is_said() {
    let mut running = running(pod("reviews"), Vec::new()).await;
    let mut local = running.connect().await;
    let (_, mut far_end) = running.pods.recv().await.unwrap();
    far_end.fail("connection refused").await;
    assert!(is_reset(&mut local).await);
    assert_eq!(running.failure().await, "the pod's side failed: connection refused");
}

#[tokio::test]
async fn a_stuck_connection_does_not_disturb_another() {
    let mut running = running(pod("reviews"), Vec::new()).await;
    let _stuck = running.connect().await;
    let (_, mut flooding) = running.pods.recv().await.unwrap();
    let flood = tokio::spawn(async move {
        loop {
            flooding.say(&[0; 32 << 10]).await;
        }
    });
    let mut other = running.connect().await;
    let (_, mut far_end) = running.pods.recv().await.unwrap();
    exchange(&mut other, &mut far_end).await;
    flood.abort();
}

#[tokio::test]
async fn stopping_closes_the_port_and_every_connection() {
    let mut running = running(pod("reviews"), Vec::new()).await;
    let mut local = running.connect().await;
    let (_, mut far_end) = running.pods.recv().await.unwrap();
    exchange(&mut local, &mut far_end).await;
    let address = running.forward.local;
    running.forward.stop().await;
    assert!(is_reset(&mut local).await);
    assert!(far_end.hear().await.is_none());
    assert!(TcpStream::connect(address).await.is_err());
    assert!(running.tracker.is_empty());
}

#[tokio::test]
async fn too_many_connections_are_refused_and_said() {
    let running = running(None, Vec::new()).await;
    let mut waiting = Vec::new();
    for _ in 0..MAX_CONNECTIONS {
        waiting.push(running.connect().await);
    }
    running.until(|status| status.open == MAX_CONNECTIONS).await;
    let mut refused = running.connect().await;
    assert!(is_reset(&mut refused).await);
    assert_eq!(running.failure().await, "refused a connection: 2048 are open");
    drop(waiting);
    let stopped = tokio::time::timeout(Duration::from_secs(2), running.forward.stop()).await;
    assert!(stopped.is_ok());
}

#[tokio::test]
async fn both_loopback_addresses_lead_into_the_pod_and_either_can_be_missing() {
    let mut both = running(pod("reviews"), Vec::new()).await;
    let mut addresses = vec![both.forward.local];
    let sixth = other_family(both.forward.local);
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_ok() {
        addresses.push(sixth);
    }
    for address in addresses {
        let mut local = TcpStream::connect(address).await.unwrap();
        let (_, mut far_end) = both.pods.recv().await.unwrap();
        exchange(&mut local, &mut far_end).await;
    }
    both.forward.stop().await;
    assert!(TcpStream::connect(sixth).await.is_err());

    // Somebody else has the port of the one that was not named.
    let Ok(others) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await else { return };
    let named = other_family(others.local_addr().unwrap());
    let target = watch::Sender::new(pod("reviews"));
    let (dial, mut pods) = FakeDial::new();
    let forward = start_through(dial, route(target.subscribe(), named)).await.unwrap();
    assert_eq!(forward.local, named);
    let mut local = TcpStream::connect(named).await.unwrap();
    let (_, mut far_end) = pods.recv().await.unwrap();
    exchange(&mut local, &mut far_end).await;
}

#[tokio::test]
async fn a_machine_without_the_named_address_listens_on_the_other() {
    // No machine has this one of its own.
    let foreign = SocketAddr::from(([192, 0, 2, 1], 0));
    let Ok(listeners) = Listeners::bind(foreign).await else {
        assert!(TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_err());
        return;
    };
    assert_eq!(listeners.local().unwrap().ip(), Ipv6Addr::LOCALHOST);
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error_with_a_hint() {
    let running = running(None, Vec::new()).await;
    let other = TcpListener::bind(ANY_LOCAL_PORT).await.unwrap();
    let (own, others) = (running.forward.local, other.local_addr().unwrap());
    let by_this_daemon =
        format!("failed to listen on {own}: this daemon forwards it already, to port 80 of a pod");
    for (taken, said, hint) in [
        (own, by_this_daemon, "see the forwards of all sessions"),
        (others, format!("failed to listen on {others}"), "another program has that port"),
    ] {
        let again = start_through(FakeDial::new().0, route(running.target.subscribe(), taken));
        let Err(error) = again.await else { panic!("the port is taken") };
        assert_eq!(error.to_string(), said);
        assert!(error.hint().starts_with(hint), "{}", error.hint());
    }
    // Whoever has it next is not this daemon.
    running.forward.stop().await;
    assert_eq!(listening().get(&own.port()), None);
}

#[tokio::test]
async fn a_port_whose_server_is_starting_gets_the_first_words_when_it_listens() {
    let (tunnel, mut pods) = FakeDial::new();
    let target = watch::Sender::new(pod("reviews-1"));
    let route = Route { await_listener: true, ..route(target.subscribe(), ANY_LOCAL_PORT) };
    let forward = start_through(tunnel, route).await.unwrap();
    let mut local = TcpStream::connect(forward.local).await.unwrap();
    local.write_all(b"question").await.unwrap();
    for _ in 0..3 {
        let (_, mut far_end) = pods.recv().await.unwrap();
        far_end.frame([&[1][..], b"connection refused"].concat()).await;
    }
    let (_, mut far_end) = pods.recv().await.unwrap();
    assert_eq!(far_end.hear().await.unwrap(), "question");
    far_end.say(b"answer").await;
    let mut answer = [0; 6];
    local.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"answer");
}
