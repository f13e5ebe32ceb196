//! etcd, the API server, the controller manager and the scheduler; it knows nothing of the node.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use rustix::process::Signal;

use super::certificates::{Authority, token_keys};
use super::network::free_ports;
use super::root::Root;
use super::wait::until;
use super::{LIMIT, kubeconfig};
use crate::process::Process;

/// The running control plane. Its processes end when it is dropped.
pub(super) struct ControlPlane {
    pub(super) controller_manager: Option<Process>,
    pub(super) scheduler: Option<Process>,
    pub(super) apiserver: Process,
    pub(super) etcd: Process,
    pub(super) server: String,
    kubernetes: PathBuf,
    apiserver_log: PathBuf,
    apiserver_flags: Vec<String>,
    admin: kube::Client,
}

impl ControlPlane {
    /// Starts all of it and returns when the API server is ready.
    pub(super) async fn start(root: &Root, kubernetes: &Path, authority: &Authority) -> Result<Self> {
        let [etcd_port, peer_port, apiserver_port] = free_ports()?;
        let server = format!("https://127.0.0.1:{apiserver_port}");
        let etcd = start_etcd(root, etcd_port, peer_port)?;
        let (token_key, token_public_key) = token_keys(&authority.folder)?;
        let apiserver_flags =
            apiserver_flags(authority, apiserver_port, etcd_port, &token_key, &token_public_key)?;
        let apiserver_log = root.log("kube-apiserver");
        let apiserver = start_apiserver(kubernetes, &apiserver_log, &apiserver_flags)?;

        let admin = authority.sign("nhd-tests-admin", &["system:masters"], &[])?;
        kubeconfig::write(&root.join("admin.kubeconfig"), &server, authority.certificate(), &admin)?;
        let admin = super::client_from(&root.join("admin.kubeconfig")).await?;
        let mut plane = Self {
            controller_manager: None,
            scheduler: None,
            apiserver,
            etcd,
            server,
            kubernetes: kubernetes.to_owned(),
            apiserver_log,
            apiserver_flags,
            admin,
        };
        plane.until_ready().await?;
        plane.controller_manager = Some(plane.start_controller_manager(root, authority, &token_key)?);
        plane.scheduler = Some(plane.start_scheduler(root, authority)?);
        Ok(plane)
    }

    /// A client with all rights.
    pub(super) fn admin(&self) -> kube::Client {
        self.admin.clone()
    }

    /// Kills the API server and starts it again on the same port; returns when it is ready.
    pub(super) async fn restart_apiserver(&mut self) -> Result<()> {
        // An orderly end would wait up to a minute for the watches of others.
        self.apiserver.signal(Signal::KILL)?;
        self.apiserver.end(Duration::from_secs(5));
        self.apiserver = start_apiserver(&self.kubernetes, &self.apiserver_log, &self.apiserver_flags)?;
        self.until_ready().await
    }

    async fn until_ready(&self) -> Result<()> {
        until("wait for the API server", LIMIT, &[&self.etcd, &self.apiserver], &[], async || {
            let request =
                http::Request::get("/readyz").body(Vec::new()).expect("a constant request is valid");
            self.admin.request_text(request).await.map(|_| ()).map_err(anyhow::Error::from)
        })
        .await
    }

    fn start_controller_manager(
        &self,
        root: &Root,
        authority: &Authority,
        token_key: &Path,
    ) -> Result<Process> {
        let config = root.join("kube-controller-manager.kubeconfig");
        // With full rights of its own it needs no token for each of its 40 controllers, which takes seconds to mint.
        let identity = authority.sign("system:kube-controller-manager", &["system:masters"], &[])?;
        kubeconfig::write(&config, &self.server, authority.certificate(), &identity)?;
        let flags = [
            flag("kubeconfig", config.display()),
            flag("leader-elect", false),
            flag("secure-port", 0),
            flag("root-ca-file", authority.certificate_path().display()),
            flag("service-account-private-key-file", token_key.display()),
            flag("use-service-account-credentials", false),
            flag("flex-volume-plugin-dir", root.join("volume-plugins").display()),
            // Tests wait for what an autoscaler does in its period, which is 15 s otherwise.
            flag("horizontal-pod-autoscaler-sync-period", "3s"),
        ];
        let program = self.kubernetes.join("kube-controller-manager");
        Process::start("kube-controller-manager", root.log("kube-controller-manager"), program, flags)
    }

    fn start_scheduler(&self, root: &Root, authority: &Authority) -> Result<Process> {
        let config = root.join("kube-scheduler.kubeconfig");
        let identity = authority.sign("system:kube-scheduler", &[], &[])?;
        kubeconfig::write(&config, &self.server, authority.certificate(), &identity)?;
        let flags =
            [flag("kubeconfig", config.display()), flag("leader-elect", false), flag("secure-port", 0)];
        Process::start(
            "kube-scheduler",
            root.log("kube-scheduler"),
            self.kubernetes.join("kube-scheduler"),
            flags,
        )
    }
}

fn flag(name: &str, value: impl std::fmt::Display) -> String {
    format!("--{name}={value}")
}

fn start_etcd(root: &Root, port: u16, peer_port: u16) -> Result<Process> {
    let (url, peer) = (format!("http://127.0.0.1:{port}"), format!("http://127.0.0.1:{peer_port}"));
    let flags = [
        flag("name", "etcd"),
        flag("data-dir", root.join("etcd").display()),
        flag("listen-client-urls", &url),
        flag("advertise-client-urls", &url),
        flag("listen-peer-urls", &peer),
        flag("initial-advertise-peer-urls", &peer),
        flag("initial-cluster", format_args!("etcd={peer}")),
        flag("logger", "zap"),
        flag("log-level", "warn"),
        // Nothing in it outlives the cluster.
        flag("unsafe-no-fsync", true),
    ];
    Process::start("etcd", root.log("etcd"), "etcd", flags)
}

fn start_apiserver(kubernetes: &Path, log: &Path, flags: &[String]) -> Result<Process> {
    Process::start("kube-apiserver", log.to_owned(), kubernetes.join("kube-apiserver"), flags)
}

fn apiserver_flags(
    authority: &Authority,
    port: u16,
    etcd_port: u16,
    token_key: &Path,
    token_public_key: &Path,
) -> Result<Vec<String>> {
    let names = ["127.0.0.1", "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"];
    let (certificate, key) = authority.sign_into_files("kube-apiserver", "kube-apiserver", &[], &names)?;
    let (client, client_key) = authority.sign_into_files(
        "kubelet-client",
        "kube-apiserver-kubelet-client",
        &["system:masters"],
        &[],
    )?;
    Ok(vec![
        flag("etcd-servers", format_args!("http://127.0.0.1:{etcd_port}")),
        // For the tests of admission that changes what is written; nothing else needs them.
        flag("feature-gates", "MutatingAdmissionPolicy=true"),
        flag("runtime-config", "admissionregistration.k8s.io/v1beta1=true"),
        flag("bind-address", "127.0.0.1"),
        flag("advertise-address", "127.0.0.1"),
        flag("secure-port", port),
        flag("tls-cert-file", certificate.display()),
        flag("tls-private-key-file", key.display()),
        flag("client-ca-file", authority.certificate_path().display()),
        flag("kubelet-certificate-authority", authority.certificate_path().display()),
        flag("kubelet-client-certificate", client.display()),
        flag("kubelet-client-key", client_key.display()),
        // The node is called localhost: the way to it is the loopback.
        flag("kubelet-preferred-address-types", "Hostname"),
        flag("authorization-mode", "Node,RBAC"),
        flag("allow-privileged", true),
        flag("service-account-issuer", "https://kubernetes.default.svc.cluster.local"),
        flag("service-account-key-file", token_public_key.display()),
        flag("service-account-signing-key-file", token_key.display()),
        flag("service-cluster-ip-range", "10.0.0.0/24"),
        // A loopback address is not allowed as the endpoint of a Service.
        flag("endpoint-reconciler-type", "none"),
    ])
}
