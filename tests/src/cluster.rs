//! A real one-node Kubernetes cluster on this machine, or the one that `NHD_TEST_KUBECONFIG` names; it does not know
//! what is tested on it.

mod access;
mod certificates;
mod cgroup;
mod control_plane;
mod images;
mod kubeconfig;
mod network;
mod node;
mod root;
mod wait;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use tempfile::TempDir;

pub use self::access::Access;
use self::certificates::Authority;
use self::control_plane::ControlPlane;
pub use self::images::{APP_ANSWER, APP_PORT};
use self::node::Node;
use self::root::Root;

/// Names the kubeconfig of a cluster to use instead of starting one.
pub const KUBECONFIG_VARIABLE: &str = "NHD_TEST_KUBECONFIG";

/// The bound of every single wait of a start.
const LIMIT: Duration = Duration::from_secs(60);

/// How a cluster is started.
#[derive(Debug, Default)]
pub struct StartOptions {
    /// Where to put a copy of the admin's kubeconfig.
    pub kubeconfig_out: Option<PathBuf>,
    /// Whether to start one even where [`KUBECONFIG_VARIABLE`] names another.
    pub apart: bool,
}

/// A running cluster. Dropping it stops it, and killing this process does, too.
pub struct Cluster {
    access: Access,
    own: Option<OwnCluster>,
    /// Holds what is written for a cluster that was only named.
    _scratch: Option<TempDir>,
}

/// What we started. Fields are dropped in this order: whoever uses the folder goes before it.
struct OwnCluster {
    _node: Node,
    control_plane: ControlPlane,
    _root: Arc<Root>,
}

impl Cluster {
    /// Starts a cluster and returns when pods can run on it; installs and builds first what is missing.
    pub async fn start(options: StartOptions) -> Result<Self> {
        let cluster = match std::env::var_os(KUBECONFIG_VARIABLE) {
            Some(kubeconfig) if !options.apart => Self::named(Path::new(&kubeconfig))?,
            _ => Self::start_own().await?,
        };
        if let Some(out) = options.kubeconfig_out {
            std::fs::copy(cluster.kubeconfig(), &out).with_context(|| format!("write {out:?}"))?;
        }
        Ok(cluster)
    }

    fn named(kubeconfig: &Path) -> Result<Self> {
        let path = std::fs::canonicalize(kubeconfig)
            .with_context(|| format!("find the file that {KUBECONFIG_VARIABLE} names, {kubeconfig:?}"))?;
        if let Some(root) = root::of(&path) {
            return Ok(Self { access: Access::to_own(root), own: None, _scratch: None });
        }
        let scratch = tempfile::Builder::new().prefix("nhd-tests.").tempdir()?;
        Ok(Self { access: Access::to_named(path, scratch.path()), own: None, _scratch: Some(scratch) })
    }

    async fn start_own() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            bail!("starting a cluster needs root; without it, name another cluster in {KUBECONFIG_VARIABLE}");
        }
        let (root, kubernetes, archive, authority) = tokio::task::spawn_blocking(prepare).await??;
        let node = Node::start(&root, &kubernetes)?;
        let bring_up = async {
            let control_plane = ControlPlane::start(&root, &kubernetes, &authority).await?;
            node.join(&root, &authority, &control_plane.server)?;
            anyhow::Ok(control_plane)
        };
        let (control_plane, ()) = tokio::try_join!(bring_up, node.import(archive))?;
        let controllers = control_plane.controller_manager.as_ref().context("it was started")?;
        node.until_ready(control_plane.admin(), controllers).await?;
        let access = Access::to_own(root.path());
        Ok(Self { access, own: Some(OwnCluster { _node: node, control_plane, _root: root }), _scratch: None })
    }

    /// How to reach the cluster; works in other processes as well.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The admin's kubeconfig.
    pub fn kubeconfig(&self) -> &Path {
        self.access.kubeconfig()
    }

    /// See [`Access::kubeconfig_for`].
    pub fn kubeconfig_for(&self, user: &str, groups: &[&str]) -> Result<PathBuf> {
        self.access.kubeconfig_for(user, groups)
    }

    /// A client with the admin's rights, for the runtime that calls.
    pub async fn client(&self) -> Result<kube::Client> {
        self.access.client().await
    }

    /// See [`Access::kubelet_root`].
    pub fn kubelet_root(&self) -> Result<PathBuf> {
        self.access.kubelet_root()
    }

    /// Stops the API server as a hung network does: connections stay open, nothing answers.
    pub fn pause_apiserver(&self) -> Result<()> {
        self.own()?.control_plane.apiserver.signal(Signal::STOP)
    }

    /// Undoes [`Cluster::pause_apiserver`].
    pub fn resume_apiserver(&self) -> Result<()> {
        self.own()?.control_plane.apiserver.signal(Signal::CONT)
    }

    /// Kills the API server and starts it again on the same port; returns when it is ready.
    pub async fn restart_apiserver(&mut self) -> Result<()> {
        self.own()?;
        let own = self.own.as_mut().expect("checked above");
        own.control_plane.restart_apiserver().await
    }

    /// Stops the cluster and removes what it left on the machine. A cluster that was only named stays as it is.
    pub async fn stop(self) -> Result<()> {
        tokio::task::spawn_blocking(move || drop(self)).await.context("stop the cluster")
    }

    fn own(&self) -> Result<&OwnCluster> {
        self.own.as_ref().with_context(|| {
            format!(
                "faults are injected only into a cluster of our own, not into that of {KUBECONFIG_VARIABLE}"
            )
        })
    }
}

/// All that needs no running component: the root, the folder of the Kubernetes binaries, the images, the authority.
fn prepare() -> Result<(Arc<Root>, PathBuf, PathBuf, Authority)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("cluster/install.sh");
    let kubernetes = PathBuf::from(crate::process::run_script(&script)?);
    let cache = kubernetes.parent().context("the binaries are in a cache")?;
    let archive = images::archive(cache)?;
    let root = Arc::new(Root::create()?);
    let authority = Authority::create(root.join("pki"))?;
    Ok((root, kubernetes, archive, authority))
}

async fn client_from(kubeconfig: &Path) -> Result<kube::Client> {
    let config = kube::config::Kubeconfig::read_from(kubeconfig)?;
    let config = kube::Config::from_custom_kubeconfig(config, &Default::default()).await?;
    Ok(kube::Client::try_from(config)?)
}
