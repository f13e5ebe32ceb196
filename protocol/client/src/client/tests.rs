use jsonrpsee::RpcModule;
use jsonrpsee::types::ErrorObjectOwned;
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::methods::{Hello, List, Method, Status};
use nhd_protocol::session::{SessionList, SessionSelector};
use nhd_protocol::workload::WorkloadKind;
use serde_json::{Value, json};

use super::{Client, ClientError, MISMATCH_HINT};
use crate::fake::{hello_module, hello_module_of, on, paths_in, serve};

fn answered(error: ClientError) -> ErrorInfo {
    match error {
        ClientError::Answered(info) => info,
        other => panic!("{other:?}"),
    }
}

/// The error that a client sees when `session.status` fails with `error`.
async fn seen(error: ErrorObjectOwned) -> ErrorInfo {
    let mut module = hello_module();
    module.register_method(Status::NAME, move |_, (), _| Err::<(), _>(error.clone())).expect("a new method");
    let daemon = serve(module);
    let client = Client::connect(&daemon.paths, "nhd-cli 0.1.0").await.expect("connects");
    answered(client.call::<Status>(SessionSelector::default()).await.expect_err("fails"))
}

#[tokio::test]
async fn params_travel_as_one_flat_object() {
    let mut module = hello_module();
    module
        .register_method(List::NAME, |params, (), _| {
            assert_eq!(params.as_str(), Some(r#"{"kind":"Deployment","name":"reviews"}"#));
            Ok::<_, ErrorObjectOwned>(SessionList::default())
        })
        .expect("a new method");
    let daemon = serve(module);
    let client = Client::connect(&daemon.paths, "nhd-cli 0.1.0").await.expect("connects");
    let selector = SessionSelector {
        kind: Some(WorkloadKind::Deployment),
        name: Some("reviews".to_owned()),
        ..SessionSelector::default()
    };
    let list = client.call::<List>(selector).await.expect("an answer");
    assert_eq!(list.sessions, []);
}

#[tokio::test]
async fn an_error_arrives_as_it_was_sent() {
    let mut sent = ErrorInfo::new(ErrorKind::SessionExists, "exists").with_hint("end it");
    sent.session = Some("abc".to_owned());
    let object = ErrorObjectOwned::owned(sent.kind.code(), "exists", Some(&sent));
    assert_eq!(seen(object).await, sent);
}

#[tokio::test]
async fn an_error_of_a_newer_daemon_keeps_its_words() {
    let data = json!({"kind": "brandNew", "message": "too new", "hint": "update"});
    let info = seen(ErrorObjectOwned::owned(999, "too new", Some(data))).await;
    assert_eq!(info, ErrorInfo::new(ErrorKind::Internal, "too new").with_hint("update"));
}

#[tokio::test]
async fn an_error_without_data_gets_its_kind_from_the_code() {
    for (code, kind) in [
        (-32602, ErrorKind::InvalidRequest),
        (-32601, ErrorKind::InvalidRequest),
        (-32603, ErrorKind::Internal),
        (ErrorKind::Timeout.code(), ErrorKind::Timeout),
    ] {
        let info = seen(ErrorObjectOwned::owned(code, "Wrong", Some("missing field `name`"))).await;
        let message = "session.status: wrong: missing field `name`";
        assert_eq!(info, ErrorInfo::new(kind, message), "{code}");
    }
}

#[tokio::test]
async fn a_daemon_of_another_protocol_is_refused_with_what_to_do() {
    let daemon = serve(hello_module_of(77));
    let info = answered(Client::connect(&daemon.paths, "nhd-cli 0.1.0").await.err().expect("refused"));
    assert_eq!(info.kind, ErrorKind::ProtocolMismatch);
    assert!(info.message.contains("77"), "{info:?}");
    assert_eq!(info.hint.as_deref(), Some(MISMATCH_HINT));

    let mut module = RpcModule::new(());
    on::<Hello>(&mut module, |_| Err(ErrorInfo::new(ErrorKind::ProtocolMismatch, "no")));
    let daemon = serve(module);
    let info = answered(Client::connect(&daemon.paths, "nhd-cli 0.1.0").await.err().expect("refused"));
    assert_eq!(info.hint.as_deref(), Some(MISMATCH_HINT));
    Client::open(&daemon.paths, "nhd-cli 0.1.0").await.expect("can still be told to stop");
}

#[tokio::test]
async fn no_socket_and_a_dead_one_are_both_no_daemon() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths_in(folder.path());
    let absent = Client::connect(&paths, "nhd-cli 0.1.0").await.err().expect("fails");
    assert!(matches!(absent, ClientError::NotRunning { .. }), "{absent:?}");
    drop(tokio::net::UnixListener::bind(&paths.socket).expect("binds"));
    let dead = Client::connect(&paths, "nhd-cli 0.1.0").await.err().expect("fails");
    assert!(matches!(dead, ClientError::NotRunning { .. }), "{dead:?}");
    assert!(dead.is_unreachable() && dead.is_passing());
}

#[tokio::test]
async fn a_raw_call_sends_what_it_is_given() {
    let mut module = hello_module();
    module
        .register_method("echo", |params, (), _| {
            serde_json::from_str::<Value>(params.as_str().unwrap_or("\"nothing\"")).expect("JSON")
        })
        .expect("a new method");
    let daemon = serve(module);
    let client = Client::connect(&daemon.paths, "nhd-cli 0.1.0").await.expect("connects");
    for (params, expect) in [
        (None, json!("nothing")),
        (Some(json!({"a": {"b": 1}})), json!({"a": {"b": 1}})),
        (Some(json!([1, 2])), json!([1, 2])),
    ] {
        assert_eq!(client.call_raw("echo", params).await.expect("an answer"), expect);
    }
}
