//! The subscription to workloads over LSP framing, without a cluster: what is refused, what is told, how it ends.

use serde_json::{Value, json};

use super::House;

/// A kubeconfig for a cluster that nobody answers for.
fn kubeconfig(house: &House) -> String {
    let path = house.shared.paths.home.join("kubeconfig");
    let text = json!({"kind": "Config", "current-context": "away", "contexts": [
        {"name": "away", "context": {"cluster": "away", "namespace": "team"}}],
        "clusters": [{"name": "away", "cluster": {"server": "https://127.0.0.1:1"}}], "users": []});
    std::fs::write(&path, text.to_string()).expect("a file");
    path.display().to_string()
}

#[tokio::test]
async fn a_cluster_that_is_away_is_told_in_the_events_and_the_subscription_ends_when_it_is_ended() {
    let house = House::open();
    let mut client = house.connect().await;
    let params = json!({ "kubeconfig": kubeconfig(&house) });
    let id = client.call(1, "workload.subscribe", &params).await["result"].clone();
    let told = client.next().await;
    assert_eq!((&told["method"], &told["params"]["subscription"]), (&json!("workload.event"), &id));
    let snapshot = &told["params"]["result"];
    assert_eq!((&snapshot["type"], &snapshot["namespace"]), (&json!("snapshot"), &json!("team")));
    assert_eq!(snapshot["workloads"], json!([]));
    let trouble = &snapshot["troubles"][0];
    assert_eq!(
        (&trouble["part"], &trouble["error"]["kind"]),
        (&json!("cluster"), &json!("clusterUnreachable"))
    );
    assert_eq!(client.call(2, "workload.unsubscribe", &json!([id])).await["result"], true);
    assert_eq!(client.call(3, "workload.unsubscribe", &json!([id])).await["result"], false);
    drop(client);
    house.until_empty().await;
    house.close().await;
}

#[tokio::test]
async fn a_subscription_that_makes_no_sense_is_refused() {
    let house = House::open();
    let mut client = house.connect().await;
    let kubeconfig = kubeconfig(&house);
    for (params, kind) in [
        (json!({ "kubeconfig": kubeconfig, "context": "nowhere" }), "contextNotFound"),
        (json!({ "kubeconfig": "/nowhere" }), "kubeconfigInvalid"),
        (json!({ "kubeconfig": "relative" }), "invalidRequest"),
        (json!({ "namespace": 7 }), "invalidRequest"),
    ] {
        let refused: Value = client.call(1, "workload.subscribe", &params).await;
        assert_eq!(refused["error"]["data"]["kind"], kind, "{refused}");
    }
    let wrong = client.call(2, "workload.unsubscribe", &json!({ "id": "none" })).await;
    assert_eq!(wrong["error"]["data"]["kind"], "invalidRequest", "{wrong}");
    drop(client);
    house.until_empty().await;
    house.close().await;
}
