//! Which cluster and which namespace are meant, as nearly every command takes them.

use std::path::PathBuf;

use clap::Args;

use crate::caller::Caller;
use crate::failure::Failure;
use crate::params;

#[derive(Debug, Args)]
pub(crate) struct ClusterArguments {
    /// The kubeconfig's context [default: the current one]
    #[arg(long)]
    pub(crate) context: Option<String>,
    #[command(flatten)]
    pub(crate) kubeconfig: KubeconfigArgument,
}

#[derive(Debug, Args)]
pub(crate) struct KubeconfigArgument {
    /// The kubeconfig [default: $KUBECONFIG, else ~/.kube/config]
    #[arg(id = "kubeconfig", long = "kubeconfig", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct NamespaceArguments {
    /// Where the workload is [default: the context's namespace]
    #[arg(short, long)]
    pub(crate) namespace: Option<String>,
    #[command(flatten)]
    pub(crate) cluster: ClusterArguments,
}

/// For a list of what there is.
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Those of this namespace [default: the context's]
    #[arg(short, long, conflicts_with = "all_namespaces")]
    pub(crate) namespace: Option<String>,
    /// Those of every namespace
    #[arg(short = 'A', long)]
    pub(crate) all_namespaces: bool,
    #[command(flatten)]
    pub(crate) cluster: ClusterArguments,
}

impl KubeconfigArgument {
    /// As the daemon takes it.
    pub(crate) fn named(&self, here: &Caller) -> Result<Option<String>, Failure> {
        params::kubeconfig(self.file.as_deref(), here)
    }
}
