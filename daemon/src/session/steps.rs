//! Carrying out the steps that change something: in the cluster, on this machine, in the store.
//!
//! Each can be repeated, and each leaves behind, if the daemon dies in it, a state that the next look understands.

mod autoscalers;
mod claims;
mod folders;
mod pod;
mod workload;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use futures::{join, try_join};
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::error as said;
use nhd_protocol::session::StepName;
use serde_json::Value;
use tokio::sync::watch;

use crate::cluster::objects::{Mode, Objects};
use crate::cluster::record::{self, Owner, Record, SidecarFiles};
use crate::cluster::{Connection, Reason};
use crate::forward::{self, Forward, PodTarget, Route};
use crate::session::failure::Failure;
use crate::session::forwards::UserForwards;
use crate::session::look::Sight;
use crate::session::look::parts::record_name;
use crate::session::prepare::{self, Asker};
use crate::session::shared::Shared;
use crate::store::StoredSession;
use crate::store::session::StoredPlan;
use crate::sync::{
    Binary, KeyPair, RemoteFolder, SyncEngine, SyncOptions, end_leftover, end_omissions, remote_config,
};
use crate::{fault, machine_user};

/// What a session has running on this machine.
#[derive(Default)]
pub struct Running {
    pub forward: Option<Forward>,
    /// The user's own forwards.
    pub user_forwards: UserForwards,
    pub sync: Option<Arc<SyncEngine>>,
    /// A daemon before this one may have left its syncthing running.
    pub leftover: bool,
    /// The original's pods are not ready, as before, and are not waited for again.
    pub rollout_as_before: bool,
    /// The original's pods have been given up on, and are not waited for again.
    pub rollout_given_up: bool,
    /// The namespace of a pod that is to be made again is gone.
    pub namespace_gone: bool,
    /// The ownership of fields was given back, or that was tried.
    pub ownership_returned: bool,
    /// The same of the autoscalers.
    pub autoscalers_returned: bool,
    /// The claims that came with the dev pod may not be deleted.
    pub claims_given_up: bool,
}

impl Running {
    pub async fn stop(&mut self) {
        if let Some(sync) = self.sync.take() {
            sync.stop().await;
        }
        self.close_forwards().await;
    }

    /// Closes every forward; returns when no connection is left.
    async fn close_forwards(&mut self) {
        let own = async {
            if let Some(forward) = self.forward.take() {
                forward.stop().await;
            }
        };
        join!(own, self.user_forwards.close_all());
    }
}

/// One session's means to act.
pub struct StepContext<'a> {
    pub shared: &'a Shared,
    pub objects: &'a Objects,
    /// The same, for what lasts.
    pub connection: &'a Connection,
    pub stored: &'a mut StoredSession,
    pub sight: Option<&'a Sight>,
    pub running: &'a mut Running,
    pub sync_target: watch::Receiver<Option<PodTarget>>,
}

impl StepContext<'_> {
    /// Does one step. Those that only wait, and the last one, are the task's own.
    pub async fn take(&mut self, step: StepName) -> Result<(), Failure> {
        match step {
            StepName::Plan => self.plan().await,
            StepName::CreateRecord => self.create_record().await,
            StepName::UpdateRecord => self.update_record().await,
            StepName::CreateVolumes => self.create_volumes().await,
            StepName::PinAutoscalers => self.pin_autoscalers().await,
            StepName::EnterDevMode => self.enter_dev_mode().await,
            StepName::CreateDevWorkload => self.create_dev_workload().await,
            StepName::DeleteStalePods => self.delete_stale_pods().await,
            StepName::LetOldPodsGo => self.let_old_pods_go().await,
            StepName::OpenForward => self.open_forward().await,
            StepName::StartSync => self.start_sync().await,
            StepName::StopSync => self.stop_sync().await,
            StepName::CloseForward => {
                self.running.close_forwards().await;
                Ok(())
            }
            StepName::DeleteDevWorkload => self.delete_dev_workload().await,
            StepName::MergeChanges => self.merge_changes(),
            StepName::RestoreWorkload => self.restore_workload().await,
            StepName::DeleteDevRevision => self.delete_dev_revision().await,
            StepName::SettleWorkload => self.settle_workload().await,
            StepName::ReturnOwnership => self.return_ownership().await,
            StepName::ReleaseAutoscalers => self.release_autoscalers().await,
            StepName::DeleteClaims => self.delete_claims().await,
            StepName::DeleteRecord => self.delete_record().await,
            StepName::AwaitVolumes
            | StepName::AwaitRelease
            | StepName::AwaitPod
            | StepName::AwaitSync
            | StepName::AwaitRollout
            | StepName::Forget => Ok(()),
        }
    }

    async fn plan(&mut self) -> Result<(), Failure> {
        let files = sidecar_files(self.stored);
        let earlier = self.stored.plan.as_ref().map_or(&[][..], |plan| &plan.edit.autoscalers);
        let asker = Asker { session: &self.stored.id, owner: self.owner(), files: &files, earlier };
        let prepared = prepare::prepare(self.objects, &self.stored.workload, &self.stored.request, asker);
        // Without a syncthing the workload need not be touched at all.
        let (prepared, _) = try_join!(prepared, syncthing(&self.stored.cluster.environment))?;
        self.stored.plan = Some(prepared.plan);
        self.save()
    }

    async fn create_record(&mut self) -> Result<(), Failure> {
        let (namespace, name) = (self.namespace(), record_name(&self.stored.workload));
        let secret = self.secret(&name)?;
        match record::create(self.objects, &namespace, &secret, Mode::Real).await {
            // Ours from before a crash, or another's: the next look tells.
            Err(error) if error.reason == Reason::AlreadyExists => Ok(()),
            result => Ok(result?),
        }
    }

    async fn update_record(&mut self) -> Result<(), Failure> {
        self.take_their_edit()?;
        let secret = self.secret(&record_name(&self.stored.workload))?;
        let seen = self.sight.and_then(|sight| sight.record.as_ref()).ok_or_else(changed_meanwhile)?;
        Ok(record::replace(self.objects, &self.namespace(), secret, seen).await?)
    }

    /// Whoever had the session may have gone on since this one was stored, and have taken over what others had changed,
    /// of which nothing is left to see once they have begun to give it back. From the next write on they do nothing more.
    fn take_their_edit(&mut self) -> Result<(), Failure> {
        let record = self.sight.and_then(|sight| sight.record.as_ref()).and_then(|seen| seen.record());
        let theirs = record.filter(|record| Some(&record.session) == self.stored.takes.as_ref());
        if let (Some(theirs), Some(plan)) = (theirs, &mut self.stored.plan)
            && theirs.edit != plan.edit
        {
            plan.edit = theirs.edit.clone();
            self.save()?;
        }
        Ok(())
    }

    async fn open_forward(&mut self) -> Result<(), Failure> {
        let cluster = || self.connection.clone();
        let route = |local| Route {
            target: self.sync_target.clone(),
            remote_port: self.stored.sync.remote_port,
            // The pod counts as ready before the syncthing in it listens.
            await_listener: true,
            local,
            shutdown: self.shared.shutdown.clone(),
            tracker: self.shared.tracker.clone(),
        };
        let same_port = match self.stored.local_port {
            Some(port) => {
                forward::start(cluster(), route(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))).await.ok()
            }
            None => None,
        };
        let forward = match same_port {
            Some(forward) => forward,
            None => forward::start(cluster(), route(forward::ANY_LOCAL_PORT)).await?,
        };
        let port = forward.local_port();
        self.running.forward = Some(forward);
        fault::point("openForward", "bound");
        if self.stored.local_port != Some(port) {
            self.stored.local_port = Some(port);
            self.save()?;
        }
        Ok(())
    }

    async fn start_sync(&mut self) -> Result<(), Failure> {
        let binary = syncthing(&self.stored.cluster.environment).await?;
        let options = SyncOptions {
            session_dir: self.shared.paths.session(&self.stored.id),
            socket: self.shared.paths.syncthing_socket(&self.stored.id),
            source: self.stored.request.source.clone(),
            folder_id: folder_id(&self.stored.id),
            identity: self.stored.sync.identity.clone(),
            courier: self.stored.sync.courier.clone(),
            binary: binary.path,
            forward_port: self.stored.local_port.unwrap_or_default(),
            selection: self.stored.request.dev.selection.clone(),
            two_way: self.stored.request.dev.two_way,
            kept: self.shared.paths.kept(&self.stored.id),
            paused: self.stored.sync_paused,
        };
        let (shutdown, tracker) = (self.shared.shutdown.clone(), self.shared.tracker.clone());
        self.running.sync = Some(Arc::new(SyncEngine::start(options, shutdown, tracker).await?));
        self.running.leftover = false;
        Ok(())
    }

    async fn stop_sync(&mut self) -> Result<(), Failure> {
        if let Some(sync) = self.running.sync.take() {
            sync.stop().await;
        }
        if self.running.leftover {
            let paths = &self.shared.paths;
            let (folder, socket) = (paths.session(&self.stored.id), paths.syncthing_socket(&self.stored.id));
            end_leftover(&folder, socket, self.stored.sync.identity.api_key.clone()).await?;
            self.running.leftover = false;
        }
        let source = &self.stored.request.source;
        if let Err(error) = end_omissions(source, &folder_id(&self.stored.id)) {
            tracing::warn!(?source, %error, "failed to remove .stignore");
        }
        Ok(())
    }

    async fn delete_record(&mut self) -> Result<(), Failure> {
        let Some(seen) = self.sight.and_then(|sight| sight.record.as_ref()) else { return Ok(()) };
        let name = record_name(&self.stored.workload);
        Ok(record::delete(self.objects, &self.namespace(), &name, seen).await?)
    }

    fn secret(&self, name: &str) -> Result<Value, Failure> {
        let record = Record::new(&self.stored.id, self.owner(), self.planned()?.edit.clone());
        Ok(record.secret(name, &sidecar_files(self.stored))?)
    }

    fn owner(&self) -> Owner {
        machine_user::owner(&self.stored.created_at)
    }

    fn planned(&self) -> Result<&StoredPlan, Failure> {
        self.stored.plan.as_ref().ok_or_else(changed_meanwhile)
    }

    fn namespace(&self) -> String {
        self.stored.workload.namespace.clone()
    }

    fn save(&self) -> Result<(), Failure> {
        Ok(self.shared.store.put_session(self.stored)?)
    }
}

/// The syncthing of the client that started the session.
pub async fn syncthing(environment: &BTreeMap<String, String>) -> Result<Binary, Failure> {
    let configured = environment.get("NHD_SYNCTHING").map(Path::new);
    let path = environment.get("PATH").map(OsString::from);
    let path = path.or_else(|| std::env::var_os("PATH")).unwrap_or_default();
    Ok(Binary::find(configured.filter(|path| !path.as_os_str().is_empty()), &path).await?)
}

/// A step found something else than the look before it; the next look sees.
fn changed_meanwhile() -> Failure {
    Failure::transient(ErrorInfo::of(&said::WORKLOAD_CHANGED, &[]))
}

/// The syncthing folder of a session, the same on both sides.
pub fn folder_id(session: &str) -> String {
    format!("nhd-{session}")
}

/// The files of the sidecar's syncthing, which travel in the record.
pub fn sidecar_files(stored: &StoredSession) -> SidecarFiles {
    let sync = &stored.sync;
    let local = sync.identity.local.device_id().expect("a stored certificate was made by us");
    let courier = sync.courier.as_ref().map(KeyPair::device_id);
    let courier = courier.transpose().expect("a stored certificate was made by us");
    let config = remote_config(&RemoteFolder {
        folder_id: &folder_id(&stored.id),
        work_dir: &stored.request.work_dir,
        listen_port: sync.remote_port,
        two_way: stored.request.dev.two_way,
        local: &local,
        remote: &sync.identity.remote_device,
        courier: courier.as_ref(),
    });
    SidecarFiles {
        config,
        certificate: sync.remote.certificate_pem.clone(),
        key: sync.remote.private_key_pem.clone(),
    }
}
