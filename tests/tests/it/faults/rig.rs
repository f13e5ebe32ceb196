//! One developer with one workload, whose daemon dies again and again; knows the invariant that must hold whenever it
//! has.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use k8s_openapi::api::storage::v1::StorageClass;
use kube::{Api, Client as Kube};
use nhd_client::Client;
use nhd_protocol::methods::{End, List, Start};
use nhd_protocol::session::{Phase, SessionSelector, SessionStatus, StartParams, WaitUntil};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::autoscaler::{Autoscaler, autoscaler_of};
use nhd_tests::laptop::Laptop;
use nhd_tests::namespace::Namespace;
use nhd_tests::node_share::NodeShare;
use nhd_tests::shared::SharedCluster;
use nhd_tests::workload::{Portrait, Workload, app_of, companion};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::points::Point;

const NAME: &str = "reviews";

/// More than there are lives: a volume whose claim is gone is not claimed again.
const VOLUMES: usize = 12;

pub(super) struct Rig {
    namespace: Namespace,
    workload: Workload,
    before: Portrait,
    /// What scales the workload, as it was before.
    autoscaler: Option<(Autoscaler, Value)>,
    /// It is a set without pods.
    emptied: bool,
    /// The dev container has a persistent folder.
    keeps_a_folder: bool,
    /// Of which the node has as much as one pod wants.
    share: Option<NodeShare>,
    laptop: Laptop,
    /// The container to develop in, where there are several.
    container: Option<String>,
    saves: u32,
}

impl Rig {
    pub(super) async fn create(
        cluster: &SharedCluster,
        client: &Kube,
        prefix: &str,
        kind: WorkloadKind,
    ) -> Result<Self> {
        let namespace = Namespace::create(client, prefix).await?;
        let workload = Workload::create(client, namespace.name(), manifest(kind)).await?;
        let before = workload.portrait().await?;
        let laptop = Laptop::new(cluster.kubeconfig())?;
        laptop.save("file.txt", "from the start")?;
        Ok(Self {
            namespace,
            workload,
            before,
            autoscaler: None,
            emptied: false,
            keeps_a_folder: false,
            share: None,
            laptop,
            container: None,
            saves: 0,
        })
    }

    /// Has the kubelet take images for the dev container from the node only.
    pub(super) fn never_pull(&self) -> Result<()> {
        let config = format!("{{name: {NAME}, containers: [{{dev: {{imagePullPolicy: Never}}}}]}}");
        self.laptop.save(".nocalhost/config.yaml", &config)
    }

    /// Has an autoscaler keep two replicas of the workload from now on.
    pub(super) async fn scale(&mut self) -> Result<()> {
        if self.autoscaler.is_some() {
            return Ok(());
        }
        let manifest = autoscaler_of(self.workload.kind(), NAME);
        let autoscaler = Autoscaler::create(self.workload.client(), self.namespace.name(), manifest).await?;
        let is_scaled = async |it: &Workload| Ok(it.object().await?["spec"]["replicas"] == 2);
        self.workload.until("scaled", is_scaled).await?;
        self.workload.rolled_out().await?;
        self.before = self.workload.portrait().await?;
        let before = autoscaler.portrait().await?;
        self.autoscaler = Some((autoscaler, before));
        Ok(())
    }

    /// Has a set without pods from now on, whose claims go with its pods, and volumes for some lives of them.
    pub(super) async fn empty(&mut self) -> Result<()> {
        if self.emptied {
            return Ok(());
        }
        let client = self.workload.client().clone();
        self.namespace.offer_volumes(&client, VOLUMES).await?;
        self.workload.delete().await?;
        let gone = async |it: &Workload| Ok(it.live_pods().await?.is_empty() && it.object().await.is_err());
        self.workload.until("gone", gone).await?;
        let mut manifest = manifest(WorkloadKind::StatefulSet);
        manifest["spec"]["replicas"] = json!(0);
        manifest["spec"]["persistentVolumeClaimRetentionPolicy"] =
            json!({"whenScaled": "Delete", "whenDeleted": "Retain"});
        manifest["spec"]["volumeClaimTemplates"] = json!([{"metadata": {"name": "data"}, "spec": {
            "accessModes": ["ReadWriteOnce"], "storageClassName": self.namespace.name(),
            "resources": {"requests": {"storage": "1Mi"}}}}]);
        self.workload = Workload::create(&client, self.namespace.name(), manifest).await?;
        self.before = self.workload.portrait().await?;
        self.emptied = true;
        Ok(())
    }

    /// Has the dev configuration ask for a persistent folder whose claim is yet to be made.
    pub(super) async fn keep_a_folder(&mut self) -> Result<()> {
        let client = self.workload.client().clone();
        if !self.keeps_a_folder {
            self.namespace.offer_volumes(&client, VOLUMES).await?;
            self.ask_for_a_folder()?;
        }
        let claims: Api<PersistentVolumeClaim> = Api::namespaced(client, self.namespace.name());
        for claim in self.claims().await? {
            claims.delete(&claim, &Default::default()).await?;
        }
        let none = async |_: &Workload| Ok(claims.list(&Default::default()).await?.items.is_empty());
        self.workload.until("rid of the claims of another life", none).await
    }

    /// The same, with a class of which nobody makes volumes yet.
    pub(super) async fn keep_a_folder_without_a_volume(&mut self) -> Result<()> {
        let classes = Api::<StorageClass>::all(self.workload.client().clone());
        let class = json!({"metadata": {"name": self.namespace.name()}, "provisioner": "example.com/late"});
        classes.create(&Default::default(), &serde_json::from_value(class)?).await?;
        self.ask_for_a_folder()
    }

    /// Has somebody make the volume. The class has done its duty.
    pub(super) async fn offer_the_volume(&self) -> Result<()> {
        let client = self.workload.client();
        Api::<StorageClass>::all(client.clone()).delete(self.namespace.name(), &Default::default()).await?;
        self.namespace.offer_volumes(client, 1).await
    }

    fn ask_for_a_folder(&mut self) -> Result<()> {
        self.keeps_a_folder = true;
        let class = self.namespace.name();
        let dev =
            format!("{{storageClass: {class}, persistentVolumeDirs: [{{path: /kept, capacity: 1Mi}}]}}");
        let config = format!("{{name: {NAME}, containers: [{{dev: {dev}}}]}}");
        self.laptop.save(".nocalhost/config.yaml", &config)
    }

    /// The claims that are there to stay.
    async fn claims(&self) -> Result<Vec<String>> {
        let claims: Api<PersistentVolumeClaim> =
            Api::namespaced(self.workload.client().clone(), self.namespace.name());
        let all = claims.list(&Default::default()).await?.items.into_iter();
        let staying = all.filter(|claim| claim.metadata.deletion_timestamp.is_none());
        Ok(staying.filter_map(|claim| claim.metadata.name).collect())
    }

    /// Has the node have room for one pod of the workload from now on.
    pub(super) async fn crowd(&mut self) -> Result<()> {
        if self.share.is_some() {
            return Ok(());
        }
        let share = NodeShare::advertise(self.workload.client(), 1).await?;
        let patch = json!({"spec": {
            "strategy": {"$retainKeys": ["type"], "type": "RollingUpdate"},
            "template": {"spec": {"containers": [{"name": "app", "resources": share.one()}]}},
        }});
        self.workload.patch(&patch).await?;
        self.workload.rolled_out().await?;
        self.before = self.workload.portrait().await?;
        self.share = Some(share);
        Ok(())
    }

    /// Puts a container beside the workload's own that does not run in DevMode, and has a rollout keep old pods.
    pub(super) async fn accompany(&mut self) -> Result<()> {
        if self.container.is_some() {
            return Ok(());
        }
        self.container = Some("app".to_owned());
        let rolling = json!({"type": "RollingUpdate", "$retainKeys": ["type", "rollingUpdate"],
            "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}});
        let template = json!({"spec": {"containers": [companion()]}});
        self.workload.patch(&json!({"spec": {"strategy": rolling, "template": template}})).await?;
        self.workload.rolled_out().await?;
        self.before = self.workload.portrait().await?;
        Ok(())
    }

    /// Whether something of ours is on the autoscaler.
    async fn has_pinned(&self) -> Result<bool> {
        match &self.autoscaler {
            Some((autoscaler, before)) => Ok(autoscaler.portrait().await? != *before),
            None => Ok(false),
        }
    }

    pub(super) async fn delete(self, client: &Kube) -> Result<()> {
        if let Some(share) = self.share {
            share.withdraw().await?;
        }
        self.namespace.delete(client).await
    }

    pub(super) fn params(&self) -> StartParams {
        let kind = self.workload.kind();
        let container = self.container.clone();
        StartParams { kind, container, ..self.laptop.start_params(self.namespace.name(), NAME) }
    }

    /// Starts a daemon, armed with a fault at which it does not die before it is asked for something, or with none.
    pub(super) async fn daemon(&mut self, fault: Option<&Point>) -> Result<Client> {
        match fault {
            Some(point) => self.laptop.set("NHD_FAULT", point.to_string()),
            None => self.laptop.unset("NHD_FAULT"),
        }
        self.laptop.start_daemon().await
    }

    /// Begins a start in a daemon that dies at a fault point, and waits until it has.
    pub(super) async fn start_until_death(&mut self, nhd: &Client, params: StartParams) -> Result<()> {
        // The daemon may die before it answers; whether it does is not what matters.
        let _ = nhd.call::<Start>(params).await;
        self.died().await
    }

    /// A daemon that dies at a fault point, unless it has before it could answer.
    pub(super) async fn dying_daemon(&mut self, point: &Point) -> Result<Option<Client>> {
        self.laptop.set("NHD_FAULT", point.to_string());
        self.laptop.start_dying_daemon().await
    }

    /// Has a dying daemon go on towards DevMode, or begin. Says whether it came by its fault point, or all the way.
    pub(super) async fn dies_towards_dev_mode(
        &mut self,
        nhd: Option<Client>,
        params: StartParams,
    ) -> Result<bool> {
        let arrives = async {
            let nhd = nhd.context("it died at once")?;
            let session = match self.session(&nhd).await? {
                Some(session) => session,
                None => nhd.call::<Start>(params).await?.session,
            };
            self.laptop.wait(&nhd, &session, WaitUntil::Synced).await.map(drop)
        };
        let arrived = arrives.await;
        self.dies_unless(arrived).await
    }

    /// As [`Rig::dies_towards_dev_mode`], towards the original, which it may have to be asked for.
    pub(super) async fn dies_towards_the_original(&mut self, nhd: Option<Client>, ask: bool) -> Result<bool> {
        let arrives = async {
            let nhd = nhd.context("it died at once")?;
            let Some(session) = self.session(&nhd).await? else { return Ok(()) };
            if ask {
                self.ask_to_end(&nhd, &session).await?;
            }
            self.laptop.wait(&nhd, &session, WaitUntil::Ended).await.map(drop)
        };
        let arrived = arrives.await;
        self.dies_unless(arrived).await
    }

    /// Who dies does not answer. Who answers came by no fault point, for the last one of each way lies before the
    /// answer: it is killed now.
    async fn dies_unless(&mut self, arrived: Result<()>) -> Result<bool> {
        match arrived {
            Ok(()) => self.laptop.kill_daemon().map(|()| false),
            Err(error) => self.died().await.map(|()| true).with_context(|| format!("{error:#}")),
        }
    }

    async fn died(&mut self) -> Result<()> {
        self.laptop.daemon_died().await?;
        self.check_known().await
    }

    /// The parameters of a start whose local syncthing is held up, so that the dev pod is ready first.
    pub(super) fn held_params(&self) -> Result<StartParams> {
        let folder = self.laptop.home().parent().context("has a parent")?.to_path_buf();
        let script = folder.join("held-syncthing");
        let text = format!(
            "#!/bin/sh\n[ \"$1\" = --version ] || while [ ! -e {} ]; do sleep 0.05; done\nexec syncthing \"$@\"\n",
            folder.join("go").display()
        );
        std::fs::write(&script, text)?;
        std::fs::set_permissions(&script, Permissions::from_mode(0o755))?;
        let mut params = self.params();
        params.environment.insert("NHD_SYNCTHING".into(), script.display().to_string());
        Ok(params)
    }

    /// Lets the syncthing of [`Rig::held_params`] go.
    pub(super) fn release_syncthing(&self) -> Result<()> {
        let folder = self.laptop.home().parent().context("has a parent")?.to_path_buf();
        std::fs::write(folder.join("go"), "").context("let syncthing go")
    }

    /// Begins an end in a daemon that dies at a fault point, and waits until it has.
    pub(super) async fn end_until_death(&mut self, nhd: &Client, session: &str) -> Result<()> {
        let _ = nhd.call::<End>(SessionSelector::of_session(session).into()).await;
        self.died().await
    }

    /// Begins a start, where none is begun, and kills the daemon after so long.
    pub(super) async fn start_and_kill(&mut self, nhd: &Client, delay: Duration) -> Result<()> {
        let death = Instant::now() + delay;
        let begin = async {
            match self.session(nhd).await {
                Ok(None) => nhd.call::<Start>(self.params()).await.map(drop).map_err(Into::into),
                other => other.map(drop),
            }
        };
        let _ = timeout_at(death, begin).await;
        self.kill_at(death).await
    }

    /// Begins an end and kills the daemon after so long.
    pub(super) async fn end_and_kill(&mut self, nhd: &Client, session: &str, delay: Duration) -> Result<()> {
        let death = Instant::now() + delay;
        let _ = timeout_at(death, nhd.call::<End>(SessionSelector::of_session(session).into())).await;
        self.kill_at(death).await
    }

    /// Repeats the wish to end, of which a daemon that was killed may not have heard.
    pub(super) async fn ask_to_end(&self, nhd: &Client, session: &str) -> Result<()> {
        nhd.call::<End>(SessionSelector::of_session(session).into()).await.map(drop).context("ask to end")
    }

    async fn kill_at(&mut self, death: Instant) -> Result<()> {
        sleep_until(death).await;
        self.laptop.kill_daemon()?;
        self.check_known().await
    }

    /// The invariant: what is changed in the cluster is known to a session in the store, and an edited workload, or
    /// what is pinned of its autoscaler, has its record.
    async fn check_known(&self) -> Result<()> {
        let secret = self.workload.secrets().await?.iter().any(|name| name.contains("nocalhost"));
        let now = self.workload.portrait_if_there().await?;
        let edited = now.as_ref() != Some(&self.before) || self.has_pinned().await?;
        let known = self.stored_sessions()?;
        ensure!(known.len() <= 1, "several sessions are stored: {known:?}");
        ensure!(
            !(edited || secret) || known.len() == 1,
            "edited: {edited}, record: {secret}, yet no session"
        );
        ensure!(!edited || secret, "the workload is edited, and there is no record");
        Ok(())
    }

    /// The ids of the copies of the sessions that the daemon keeps beside its store.
    pub(super) fn stored_sessions(&self) -> Result<Vec<String>> {
        let Ok(copies) = std::fs::read_dir(self.laptop.home().join("sessions.d")) else {
            return Ok(Vec::new());
        };
        let mut ids = Vec::new();
        for copy in copies {
            let path = copy?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let session: Value = serde_json::from_slice(&std::fs::read(path)?)?;
                ids.extend(session["id"].as_str().map(str::to_owned));
            }
        }
        Ok(ids)
    }

    /// The one session that the daemon knows, if it does.
    pub(super) async fn session(&self, nhd: &Client) -> Result<Option<String>> {
        let list = nhd.call::<List>(SessionSelector::default()).await?;
        ensure!(list.sessions.len() <= 1, "several sessions: {list:?}");
        Ok(list.sessions.into_iter().next().map(|status| status.session))
    }

    /// Brings the session to where files arrive: the one that is there, or a new one where there is none.
    pub(super) async fn finish_start(&mut self, nhd: &Client) -> Result<SessionStatus> {
        let session = match self.session(nhd).await? {
            Some(session) => session,
            None => {
                self.workload.assert_restored(&self.before).await?;
                nhd.call::<Start>(self.params()).await?.session
            }
        };
        let status = self.laptop.wait(nhd, &session, WaitUntil::Synced).await?;
        let pod = status.pod.as_ref().and_then(|pod| pod.name.as_deref()).context("a pod")?;
        self.saves += 1;
        let text = self.saves.to_string();
        self.laptop.save("file.txt", &text)?;
        self.workload.prints(pod, "cat file.txt", &text).await?;
        Ok(status)
    }

    /// Waits until the daemon has by itself ended what another began to end; stops the daemon, and asserts that
    /// nothing is left. Gives back in which phase the session ended, unless it had before anybody could ask.
    pub(super) async fn finish_end(&mut self, nhd: &Client) -> Result<Option<Phase>> {
        let phase = match self.session(nhd).await? {
            Some(session) => Some(self.laptop.wait(nhd, &session, WaitUntil::Ended).await?.phase),
            None => None,
        };
        self.workload.assert_restored(&self.before).await?;
        ensure!(!self.has_pinned().await?, "the autoscaler is not as before");
        let claims = self.claims().await?;
        // That of a persistent folder is made at most once, and no end takes it away.
        let kept = usize::from(self.keeps_a_folder);
        ensure!(claims.len() == kept, "claims are left: {claims:?}");
        let left = self.laptop.processes()?;
        ensure!(left.is_empty(), "still running: {left:?}");
        self.laptop.stop_daemon().await?;
        ensure!(self.stored_sessions()?.is_empty(), "an ended session is stored");
        Ok(phase)
    }

    /// Somebody else changes a field of the workload in DevMode that nhd does not need, and that must stay changed.
    pub(super) async fn change_in_dev_mode(&mut self) -> Result<()> {
        let field = match self.workload.kind() {
            WorkloadKind::CronJob => "successfulJobsHistoryLimit",
            _ => "progressDeadlineSeconds",
        };
        let value = 700 + self.saves;
        self.workload.patch_by("tests", &json!({"spec": {field: value}})).await?;
        self.before.spec[field] = json!(value);
        Ok(())
    }

    /// Somebody else changes the workload, which nobody's session has edited yet.
    pub(super) async fn change_workload(&mut self) -> Result<()> {
        let patch = json!({"spec": {"template": {"spec": {"containers": [
            {"name": "app", "env": [{"name": "CHANGED", "value": "yes"}]},
        ]}}}});
        let deployments = self.workload.deployments();
        deployments.patch(NAME, &Default::default(), &kube::api::Patch::Strategic(patch)).await?;
        self.workload.rolled_out().await?;
        self.before = self.workload.portrait().await?;
        Ok(())
    }
}

/// A workload that comes by every step of its kind. A Deployment's pods exclude each other, so that an end waits for
/// the dev pod to go and for the original to come; a history of none has to be raised for a while. Without a probe it
/// is ready at once.
fn manifest(kind: WorkloadKind) -> Value {
    let mut manifest = app_of(kind, NAME);
    let template = match kind {
        WorkloadKind::Pod => "/spec",
        WorkloadKind::CronJob => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    let pod_spec = manifest.pointer_mut(template).expect("has a pod");
    let container = pod_spec["containers"][0].as_object_mut().expect("has a container");
    container.remove("readinessProbe");
    if kind == WorkloadKind::Deployment {
        manifest["spec"]["strategy"] = json!({"type": "Recreate"});
        manifest["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = json!(10);
    }
    if matches!(kind, WorkloadKind::Deployment | WorkloadKind::StatefulSet | WorkloadKind::DaemonSet) {
        manifest["spec"]["revisionHistoryLimit"] = json!(0);
    }
    manifest
}
