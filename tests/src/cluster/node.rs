//! The one node: containerd and the kubelet in a pid and mount namespace of their own; it knows of the control plane
//! only the address.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use k8s_openapi::api::core::v1::{ConfigMap, Node as NodeObject, ServiceAccount};
use kube::Api;
use serde_json::{Value, json};

use super::certificates::Authority;
use super::network::{self, Subnet, free_ports};
use super::root::Root;
use super::wait::until;
use super::{LIMIT, cgroup, kubeconfig};
use crate::process::{Process, run};

/// Also the name by which the API server reaches the kubelet.
const NAME: &str = "localhost";

/// How long the node's namespace may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

const CONTAINERD_LOG: &str = "containerd";
const KUBELET_LOG: &str = "kubelet";

/// The running node. Dropping it ends every container.
#[derive(Debug)]
pub(super) struct Node {
    namespace: Process,
    socket: PathBuf,
    containerd_log: PathBuf,
    kubelet_log: PathBuf,
}

impl Node {
    /// Starts containerd; the kubelet waits for [`Node::join`].
    pub(super) fn start(root: &Root, kubernetes: &Path) -> Result<Self> {
        let subnet = network::create_bridge(root.id())?;
        cgroup::create(root.id())?;
        let socket = root.join("containerd.sock");
        write_containerd_config(root, subnet, &socket)?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("cluster/node.sh");
        let arguments: [&Path; 9] = [
            "--mount".as_ref(),
            "--pid".as_ref(),
            "--fork".as_ref(),
            "--kill-child".as_ref(),
            "--mount-proc".as_ref(),
            "--propagation=private".as_ref(),
            &script,
            root.path(),
            kubernetes,
        ];
        let namespace = Process::start("node", root.log("node"), "unshare", arguments)?;
        let (containerd_log, kubelet_log) = (root.log(CONTAINERD_LOG), root.log(KUBELET_LOG));
        Ok(Self { namespace, socket, containerd_log, kubelet_log })
    }

    /// Imports a docker archive as soon as containerd answers.
    pub(super) async fn import(&self, archive: PathBuf) -> Result<()> {
        until("wait for containerd", LIMIT, &[&self.namespace], &[&self.containerd_log], async || {
            tokio::net::UnixStream::connect(&self.socket).await.map_err(anyhow::Error::from)
        })
        .await?;
        let socket = self.socket.clone();
        tokio::task::spawn_blocking(move || {
            let arguments: [&Path; 7] = [
                "--address".as_ref(),
                &socket,
                "--namespace=k8s.io".as_ref(),
                "images".as_ref(),
                "import".as_ref(),
                "--digests=false".as_ref(),
                &archive,
            ];
            run("ctr", arguments).context("import the images")
        })
        .await??;
        Ok(())
    }

    /// Starts the kubelet, which registers the node with the API server at `server`.
    pub(super) fn join(&self, root: &Root, authority: &Authority, server: &str) -> Result<()> {
        let identity = authority.sign(&format!("system:node:{NAME}"), &["system:nodes"], &[])?;
        kubeconfig::write(&root.join("kubelet.kubeconfig"), server, authority.certificate(), &identity)?;
        let config = kubelet_config(root, authority, &self.socket)?;
        fs::write(root.join("kubelet.yaml"), serde_json::to_vec_pretty(&config)?)?;
        self.namespace.tell("join")
    }

    /// Waits until pods can run: the node is ready and untainted, and the default namespace has what every pod needs.
    pub(super) async fn until_ready(&self, admin: kube::Client, controllers: &Process) -> Result<()> {
        let logs = [self.containerd_log.as_path(), self.kubelet_log.as_path()];
        until("wait for the node", LIMIT, &[&self.namespace, controllers], &logs, async || {
            let node = Api::<NodeObject>::all(admin.clone()).get(NAME).await?;
            let conditions = node.status.and_then(|status| status.conditions).unwrap_or_default();
            let ready = conditions.into_iter().find(|condition| condition.type_ == "Ready");
            let ready = ready.context("the kubelet has not reported yet")?;
            let taints = node.spec.and_then(|spec| spec.taints).unwrap_or_default();
            if ready.status != "True" || !taints.is_empty() {
                return Err(anyhow!("{}; taints {taints:?}", ready.message.unwrap_or_default()));
            }
            Api::<ServiceAccount>::namespaced(admin.clone(), "default").get("default").await?;
            Api::<ConfigMap>::namespaced(admin.clone(), "default").get("kube-root-ca.crt").await?;
            Ok(())
        })
        .await
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Its first process ends when its standard input closes, and the kernel then kills the rest and only then
        // reports the end: no mount and no container is left when this returns.
        self.namespace.end(GRACE);
    }
}

fn write_containerd_config(root: &Root, subnet: Subnet, socket: &Path) -> Result<()> {
    let folder = |name: &str| -> Result<PathBuf> {
        let path = root.join(name);
        fs::create_dir_all(&path).with_context(|| format!("make {path:?}"))?;
        Ok(path)
    };
    let cni = folder("cni")?;
    let plugins = network::cni(root.id(), subnet, &root.join("cni-data").display().to_string());
    fs::write(cni.join("nhd-tests.conflist"), serde_json::to_vec_pretty(&plugins)?)?;
    // Every registry is a closed port: a pull fails at once instead of waiting for a network that may not be there.
    let registries = folder("registries/_default")?;
    fs::write(registries.join("hosts.toml"), "server = \"http://127.0.0.1:1\"\n")?;
    // Debug format of a path is a quoted string, which is what TOML wants.
    let config = format!(
        r#"version = 2
root = {root:?}
state = {state:?}
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]

[grpc]
address = {socket:?}

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "docker.io/nhd-tests/pause:1"
# Lowering oom_score_adj is not permitted everywhere; without this every sandbox would fail there.
restrict_oom_score_adj = true
enable_unprivileged_ports = true

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = {cni:?}

[plugins."io.containerd.grpc.v1.cri".registry]
config_path = {registries:?}
"#,
        root = root.join("containerd"),
        state = root.join("containerd-state"),
        registries = root.join("registries"),
    );
    fs::write(root.join("containerd.toml"), config).context("write containerd's configuration")
}

fn kubelet_config(root: &Root, authority: &Authority, socket: &Path) -> Result<Value> {
    let (certificate, key) = authority.sign_into_files("kubelet", NAME, &[], &[NAME, "127.0.0.1"])?;
    let [port] = free_ports()?;
    Ok(json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": "127.0.0.1",
        "port": port,
        "healthzPort": 0,
        "readOnlyPort": 0,
        "authentication": {
            "anonymous": { "enabled": false },
            "webhook": { "enabled": true },
            "x509": { "clientCAFile": authority.certificate_path() },
        },
        "authorization": { "mode": "Webhook" },
        "tlsCertFile": certificate,
        "tlsPrivateKeyFile": key,
        "containerRuntimeEndpoint": format!("unix://{}", socket.display()),
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": cgroup::name(root.id()),
        "enforceNodeAllocatable": [],
        "failSwapOn": false,
        "failCgroupV1": false,
        "resolvConf": "",
        "registerNode": true,
        "serializeImagePulls": false,
        "oomScoreAdj": 0,
        "podLogsDir": root.join("logs/pods"),
        "volumePluginDir": root.join("volume-plugins"),
        // The host's packet filter is not ours.
        "makeIPTablesUtilChains": false,
        // A developer's disk may be full beyond any default; that must neither evict pods nor delete our images.
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {
            "memory.available": "0%",
            "nodefs.available": "0%",
            "nodefs.inodesFree": "0%",
            "imagefs.available": "0%",
            "imagefs.inodesFree": "0%",
        },
    }))
}
