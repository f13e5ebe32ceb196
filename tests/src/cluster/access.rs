//! How to reach a running cluster, from this process or another; it does not know who runs it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::certificates::Authority;
use super::{client_from, kubeconfig};

/// The files by which a cluster is reached, valid while it runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Access {
    kubeconfig: PathBuf,
    /// Where files may be put that go with the cluster.
    scratch: PathBuf,
    /// The cluster's folder; none for a cluster that we did not start.
    root: Option<PathBuf>,
}

impl Access {
    pub(super) fn to_own(root: &Path) -> Self {
        Self {
            kubeconfig: root.join("admin.kubeconfig"),
            scratch: root.to_owned(),
            root: Some(root.to_owned()),
        }
    }

    pub(super) fn to_named(kubeconfig: PathBuf, scratch: &Path) -> Self {
        Self { kubeconfig, scratch: scratch.to_owned(), root: None }
    }

    /// The admin's kubeconfig.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Makes a kubeconfig for `user`, who has no rights but those that `groups` and RBAC objects give. Our own
    /// cluster signs a certificate (of at most two groups); another's admin impersonates the user.
    pub fn kubeconfig_for(&self, user: &str, groups: &[&str]) -> Result<PathBuf> {
        let path = self.scratch.join(format!("user-{:08x}.kubeconfig", rand::random::<u32>()));
        let Some(root) = &self.root else {
            kubeconfig::write_impersonating(&path, &self.kubeconfig, user, groups)?;
            return Ok(path);
        };
        let authority = Authority::open(root.join("pki"))?;
        let identity = authority.sign(user, groups, &[])?;
        kubeconfig::write(&path, &kubeconfig::server(&self.kubeconfig)?, authority.certificate(), &identity)?;
        Ok(path)
    }

    /// A client with the admin's rights, for the runtime that calls.
    pub async fn client(&self) -> Result<kube::Client> {
        client_from(&self.kubeconfig).await
    }

    /// A client of the user of another kubeconfig, such as [`Access::kubeconfig_for`] makes.
    pub async fn client_of(&self, kubeconfig: &Path) -> Result<kube::Client> {
        client_from(kubeconfig).await
    }

    /// The kubelet's folder on this machine; an emptyDir is `pods/UID/volumes/kubernetes.io~empty-dir/NAME` in it.
    pub fn kubelet_root(&self) -> Result<PathBuf> {
        let root =
            self.root.as_ref().context("the kubelet of a cluster that we did not start is elsewhere")?;
        Ok(root.join("kubelet"))
    }

    /// The folder of the cluster's logs.
    pub fn logs(&self) -> Option<PathBuf> {
        Some(self.root.as_ref()?.join("logs"))
    }
}
