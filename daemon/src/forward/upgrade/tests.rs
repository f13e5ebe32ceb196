//! The whole way of a request through the client's layers to an HTTP server on loopback.

use std::collections::BTreeMap;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::handshake::server::{Request as Asked, Response as Answer},
};

use super::*;
use crate::{
    cluster::client::ClusterAddress,
    forward::{fake::FakePod, websocket},
};

const WEBSOCKET: Protocol = Protocol::WebSocket { port: 9080 };

/// A connection to a server of the test's own.
async fn connection_to(listener: &TcpListener) -> Connection {
    Connection::new(client_of(listener, "t").await)
}

async fn client_of(listener: &TcpListener, token: &str) -> kube::Client {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    let server = listener.local_addr().unwrap();
    let kubeconfig = format!(
        "{{current-context: a, contexts: [{{name: a, context: {{cluster: a, user: a}}}}], \
         clusters: [{{name: a, cluster: {{server: 'http://{server}'}}}}], users: [{{name: a, user: {{tokenFile: token}}}}]}}"
    );
    std::fs::write(&file, kubeconfig).unwrap();
    std::fs::write(folder.path().join("token"), format!("{token}\n")).unwrap();
    let address =
        ClusterAddress { kubeconfig: vec![file], context: None, environment: BTreeMap::new().into() };
    address.connect().await.unwrap().client
}

fn target() -> PodTarget {
    PodTarget { namespace: "team".to_owned(), pod: "reviews-1".to_owned(), uid: "u".to_owned() }
}

#[expect(clippy::result_large_err, reason = "the signature is tungstenite's")]
fn accept(
    asked: &Asked,
    mut answer: Answer,
) -> Result<Answer, tokio_tungstenite::tungstenite::handshake::server::ErrorResponse> {
    assert_eq!(asked.uri(), "/api/v1/namespaces/team/pods/reviews-1/portforward?ports=9080");
    assert!(["Bearer t", "Bearer newer"].contains(&asked.headers()[header::AUTHORIZATION].to_str().unwrap()));
    answer
        .headers_mut()
        .insert(header::SEC_WEBSOCKET_PROTOCOL, asked.headers()[header::SEC_WEBSOCKET_PROTOCOL].clone());
    Ok(answer)
}

#[tokio::test]
async fn a_stream_goes_through_an_upgrade_of_the_pods_portforward() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let cluster = connection_to(&listener).await;
    let serving = async {
        let (socket, _) = listener.accept().await.unwrap();
        let mut pod = FakePod { frames: accept_hdr_async(socket, accept).await.unwrap() };
        pod.announce(9080).await;
        let heard = pod.hear().await.unwrap();
        pod.say(&heard).await;
        pod
    };
    let asking = async {
        let wire = upgrade(&cluster, &target(), WEBSOCKET).await.unwrap();
        let (mut reader, mut writer) = websocket::pair(wire, 9080).await;
        writer.send(b"hello").await.unwrap();
        assert_eq!(reader.receive().await.unwrap().unwrap(), "hello");
    };
    tokio::join!(serving, asking);
}

/// What the request of a protocol is, and whether it is content with such an answer.
async fn asked_and_answered(protocol: Protocol, headers: &str) -> (String, Option<OpenError>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let cluster = connection_to(&listener).await;
    let target = target();
    let status = format!("101 Switching Protocols\r\nconnection: Upgrade\r\n{headers}");
    let ((_socket, asked), opened) =
        tokio::join!(refuse(&listener, &status, ""), upgrade(&cluster, &target, protocol));
    (asked, opened.err())
}

#[tokio::test]
async fn spdy_by_itself_is_a_post_and_what_it_is_answered_is_checked() {
    let path = "/api/v1/namespaces/team/pods/reviews-1/portforward";
    for (headers, what) in [
        ("upgrade: SPDY/3.1\r\nx-stream-protocol-version: portforward.k8s.io", None),
        ("upgrade: spdy/3.1", None),
        ("upgrade: websocket", Some("the upgrade is to something else")),
        ("upgrade: SPDY/3.1\r\nx-stream-protocol-version: v5", Some("the streams are of another protocol")),
    ] {
        let (asked, error) = asked_and_answered(Protocol::Spdy, headers).await;
        assert!(asked.starts_with(&format!("POST {path} HTTP/1.1\r\n")), "{asked}");
        assert!(asked.contains("upgrade: SPDY/3.1\r\n"), "{asked}");
        assert!(asked.contains("x-stream-protocol-version: portforward.k8s.io\r\n"), "{asked}");
        match what {
            None => assert!(error.is_none(), "{error:?}"),
            Some(what) => assert!(error.unwrap().to_string().ends_with(what)),
        }
    }
}

#[tokio::test]
async fn another_subprotocol_than_was_asked_for_is_no_tunnel() {
    let (asked, error) = asked_and_answered(Protocol::SpdyInWebSocket, "upgrade: websocket").await;
    assert!(
        asked.starts_with("GET /api/v1/namespaces/team/pods/reviews-1/portforward HTTP/1.1\r\n"),
        "{asked}"
    );
    assert!(asked.contains("sec-websocket-protocol: SPDY/3.1+portforward.k8s.io\r\n"), "{asked}");
    let error = error.unwrap();
    assert!(error.may_be_the_protocol() && error.must_be_the_protocol(), "{error}");
}

async fn refused_with(status: &str, body: &str) -> OpenError {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let cluster = connection_to(&listener).await;
    let target = target();
    let (_socket, opened) =
        tokio::join!(refuse(&listener, status, body), upgrade(&cluster, &target, WEBSOCKET));
    opened.err().unwrap()
}

/// Answers the first request of the next client, and says what it was.
async fn refuse(listener: &TcpListener, status: &str, body: &str) -> (TcpStream, String) {
    let (mut socket, _): (TcpStream, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    socket.write_all(answer.as_bytes()).await.unwrap();
    (socket, String::from_utf8(head).unwrap())
}

#[tokio::test]
async fn credentials_that_are_refused_are_told_and_newer_ones_are_taken_for_the_same_stream() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let cluster = Connection::new(client_of(&listener, "t").await);
    let newer = client_of(&listener, "newer").await;
    let serving = async {
        let (first, asked) = refuse(&listener, "401 Unauthorized", "expired").await;
        assert!(asked.contains("Bearer t\r\n"), "{asked}");
        cluster.refused().await;
        cluster.renew(newer);
        let (socket, _) = listener.accept().await.unwrap();
        let mut pod = FakePod { frames: accept_hdr_async(socket, accept).await.unwrap() };
        pod.announce(9080).await;
        (first, pod)
    };
    let target = target();
    let (_, opened) = tokio::join!(serving, upgrade(&cluster, &target, WEBSOCKET));
    opened.unwrap();
}

#[tokio::test]
async fn a_refusal_says_what_the_server_said_in_either_of_its_forms() {
    let status = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"reviews-1\" not found","reason":"NotFound","code":404}"#;
    for (code, body, said, is_final) in [
        ("404 Not Found", status, "pods \"reviews-1\" not found", false),
        ("500 Internal Server Error", "container not running\n", "container not running", false),
        ("403 Forbidden", "no", "no", true),
        ("200 OK", "not an upgrade", "not an upgrade", false),
    ] {
        let error = refused_with(code, body).await;
        let shown = format!("the API server refused a forward to pod team/reviews-1 ({code}): {said}");
        assert_eq!((error.to_string(), error.is_final()), (shown, is_final));
    }
}
