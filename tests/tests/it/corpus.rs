//! Workloads in the shapes that charts and operators give them (`tests/corpus`): each goes into DevMode and comes back
//! exactly, or is refused before anything is written.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use futures::{StreamExt as _, stream};
use kube::Api;
use kube::Client as Kube;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, PostParams};
use nhd_client::Client as Nhd;
use nhd_protocol::methods::{Plan, Start};
use nhd_protocol::session::{StartParams, WaitUntil};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::laptop::Laptop;
use nhd_tests::namespace::Namespace;
use nhd_tests::stage::{answer_in, answered};
use nhd_tests::workload::{Workload, app};
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::shared_cluster;

/// So many are in DevMode side by side.
const AT_ONCE: usize = 4;

/// One workload, what it needs in its namespace, and what is to become of it.
#[derive(Debug)]
struct Specimen {
    file: String,
    manifest: Value,
    needs: Vec<Value>,
    container: Option<String>,
    /// The kind of the error that refuses it; `None` where it goes into DevMode and comes back.
    refused_as: Option<String>,
}

impl Specimen {
    /// Reads a file: comments that tell what is expected, then the objects, of which the last is the workload.
    fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)?;
        let note = |key: &str| {
            let prefix = format!("# {key}: ");
            text.lines().find_map(|line| line.strip_prefix(&prefix)).map(str::to_owned)
        };
        let mut objects = serde_yaml_ng::Deserializer::from_str(&text)
            .map(Value::deserialize)
            .collect::<Result<Vec<_>, _>>()
            .with_context(|| format!("read {path:?}"))?;
        let expected = note("expect").with_context(|| format!("{path:?} does not say what to expect"))?;
        Ok(Self {
            file: path.file_stem().context("a name")?.to_string_lossy().into_owned(),
            manifest: objects.pop().context("a workload")?,
            needs: objects,
            container: note("container"),
            refused_as: (expected != "restored").then_some(expected),
        })
    }

    fn made(name: &str, manifest: Value) -> Self {
        Self { file: name.to_owned(), manifest, needs: Vec::new(), container: None, refused_as: None }
    }

    /// Plays it through: plan, DevMode, files in the pod, and back.
    async fn play(&self, client: &Kube, laptop: &Laptop, nhd: &Nhd) -> Result<()> {
        let namespace = Namespace::create(client, "corpus").await?;
        for object in &self.needs {
            create(client, namespace.name(), object).await?;
        }
        match &self.refused_as {
            Some(kind) => self.is_refused(client, &namespace, laptop, nhd, kind).await?,
            None => self.comes_back(client, &namespace, laptop, nhd).await?,
        }
        namespace.delete(client).await
    }

    fn params(&self, workload: &Workload, laptop: &Laptop) -> StartParams {
        StartParams {
            kind: workload.kind(),
            container: self.container.clone(),
            ..laptop.start_params(workload.namespace(), workload.name())
        }
    }

    async fn is_refused(
        &self,
        client: &Kube,
        namespace: &Namespace,
        laptop: &Laptop,
        nhd: &Nhd,
        kind: &str,
    ) -> Result<()> {
        let workload = Workload::create_unready(client, namespace.name(), self.manifest.clone()).await?;
        let before = workload.portrait().await?;
        let params = self.params(&workload, laptop);
        let planned = match nhd.call::<Plan>(params.clone()).await {
            Ok(plan) => bail!("it was planned: {plan:?}"),
            Err(error) => answered(error)?,
        };
        let started = match laptop.start_synced(nhd, params).await {
            Ok(status) => bail!("it was started: {status:?}"),
            Err(error) => answer_in(error)?,
        };
        for error in [planned, started] {
            ensure!(serde_json::to_value(error.kind)? == json!(kind), "refused, but as {error:?}");
            ensure!(error.hint.is_some(), "nobody is told what to do: {error:?}");
        }
        workload.assert_restored(&before).await
    }

    async fn comes_back(
        &self,
        client: &Kube,
        namespace: &Namespace,
        laptop: &Laptop,
        nhd: &Nhd,
    ) -> Result<()> {
        let workload = Workload::create(client, namespace.name(), self.manifest.clone()).await?;
        let before = workload.portrait().await?;
        let params = self.params(&workload, laptop);
        let plan = nhd.call::<Plan>(params.clone()).await.context("plan")?;
        ensure!(!plan.changes.is_empty(), "nothing is planned");
        let session = nhd.call::<Start>(params).await?.session;
        let status = laptop.wait(nhd, &session, WaitUntil::Synced).await.context("start")?;
        let pod = status.pod.and_then(|pod| pod.name).context("a dev pod")?;
        workload.prints(&pod, "cat first.txt", "first").await?;
        laptop.end(nhd, &session).await.context("end")?;
        workload.assert_restored(&before).await?;
        nothing_is_left(client, namespace.name()).await?;
        workload.rolled_out().await
    }
}

async fn create(client: &Kube, namespace: &str, object: &Value) -> Result<()> {
    let kind = GroupVersionKind::gvk("", "v1", object["kind"].as_str().context("a kind")?);
    let api: Api<DynamicObject> =
        Api::namespaced_with(client.clone(), namespace, &ApiResource::from_gvk(&kind));
    api.create(&PostParams::default(), &serde_json::from_value(object.clone())?).await?;
    Ok(())
}

/// Generated objects carry a label that says whose they are; a dev pod may be on its way out.
async fn nothing_is_left(client: &Kube, namespace: &str) -> Result<()> {
    for (group, kind) in [("apps", "Deployment"), ("batch", "Job"), ("", "Secret")] {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind));
        let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &resource);
        let ours = kube::api::ListParams::default().labels("app.kubernetes.io/managed-by=nhd");
        let left = api.list(&ours).await?.items;
        let left: Vec<String> = left
            .iter()
            .filter(|it| it.metadata.deletion_timestamp.is_none())
            .map(kube::ResourceExt::name_any)
            .collect();
        ensure!(left.is_empty(), "{kind}s are left: {left:?}");
    }
    Ok(())
}

/// A spec of 200 KiB, which is near what one object may hold.
fn large_spec() -> Value {
    let mut manifest = app("large");
    let variables = (0..200).map(|at| json!({"name": format!("BLOB_{at}"), "value": "x".repeat(1000)}));
    manifest["spec"]["template"]["spec"]["containers"][0]["env"] = variables.collect();
    manifest
}

/// Annotations that leave no room for the original.
fn large_annotations() -> Value {
    let mut manifest = app("annotated");
    manifest["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] =
        "x".repeat(255 * 1024).into();
    manifest
}

fn corpus() -> Result<Vec<Specimen>> {
    let mut files: Vec<_> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    let mut corpus = files.iter().map(|path| Specimen::read(path)).collect::<Result<Vec<_>>>()?;
    corpus.push(Specimen::made("a spec of 200 KiB", large_spec()));
    corpus.push(Specimen::made("annotations of 255 KiB", large_annotations()));
    Ok(corpus)
}

#[tokio::test]
async fn every_shape_comes_back_exactly_or_is_refused_before_any_write() -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let mut laptop = Laptop::new(cluster.kubeconfig())?;
    laptop.save("first.txt", "first")?;
    let nhd = laptop.start_daemon().await?;
    let corpus = corpus()?;
    let plays = corpus.iter().map(async |specimen| {
        let played = specimen.play(&client, &laptop, &nhd).await;
        played.err().map(|error| format!("{}: {error:#}", specimen.file))
    });
    let failures: Vec<String> =
        stream::iter(plays).buffer_unordered(AT_ONCE).filter_map(async |failure| failure).collect().await;
    ensure!(failures.is_empty(), "{} of {}:\n{}", failures.len(), corpus.len(), failures.join("\n\n"));
    laptop.stop_daemon().await
}

#[test]
fn the_corpus_has_every_kind() -> Result<()> {
    let kinds: Vec<WorkloadKind> = corpus()?
        .iter()
        .map(|it| it.manifest["kind"].as_str().unwrap_or_default().parse().map_err(anyhow::Error::msg))
        .collect::<Result<_>>()?;
    for kind in WorkloadKind::ALL {
        ensure!(kinds.contains(&kind), "there is no {kind}");
    }
    Ok(())
}
