//! One schedule: a workload, a daemon or several one after the other, a storm, and then quiet, in which everything has to
//! come to its end. The same seed is the same schedule.

mod directed;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nhd_client::paths::Paths;
use nhd_protocol::listing::ReleaseParams;
use nhd_protocol::session::{Phase, SessionSelector, SessionStatus, StartParams};
use nhd_protocol::workload::WorkloadKind;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::api::{SharedWorld, client, lock, moment};
use super::check::{self, WRITES_A_MINUTE};
use super::world::{NAME, NAMESPACE, World, is_dev_pod, is_going, plural};
use super::{controllers, origins};
use crate::dice::Dice;
use crate::events::EventLog;
use crate::modelled::{InStep, StandIn, install};
use crate::session::requests::release::release;
use crate::session::{SessionManager, Shared};
use crate::store::Store;

/// A kubelet that is slow, a rollout that waits: all of it comes to an end within this time of quiet.
const PATIENCE: Duration = Duration::from_secs(3600);

/// A syncthing reaches a new pod through the session's forward, which leads there once the session has seen it.
const DIALS: Duration = Duration::from_secs(35);

/// What came of a schedule.
pub(super) struct Outcome {
    pub(super) steps: u64,
    pub(super) violations: Vec<String>,
    pub(super) story: Vec<String>,
}

/// A daemon with a home of its own.
struct Daemon {
    shared: Arc<Shared>,
    manager: Arc<SessionManager>,
}

impl Daemon {
    fn boot(home: &Path) -> Self {
        let paths = Paths {
            home: home.to_owned(),
            runtime: home.to_owned(),
            socket: home.join("s"),
            config: home.join("config.yaml"),
        };
        let store = Arc::new(Store::of_copies(&paths));
        let sessions = store.sessions();
        let shared = Arc::new(Shared {
            events: EventLog::open(Arc::clone(&store)),
            store,
            paths,
            shutdown: CancellationToken::new(),
            tracker: TaskTracker::new(),
        });
        let manager = Arc::new(SessionManager::resume(Arc::clone(&shared), sessions));
        Self { shared, manager }
    }

    fn status(&self) -> Option<SessionStatus> {
        self.manager.list(&SessionSelector { all: true, ..SessionSelector::default() }).sessions.pop()
    }

    async fn stop(self) {
        self.shared.shutdown.cancel();
        self.shared.tracker.close();
        self.shared.tracker.wait().await;
    }
}

/// Runs the schedule of this seed in a folder of its own.
pub(super) fn run(seed: u64, folder: &Path) -> Outcome {
    in_time_of_its_own(seed, folder, |folder| async move { Schedule::new(seed, folder).play().await })
}

/// Plays a schedule where time is its own, in a folder that is there only so long.
fn in_time_of_its_own<T, Played: Future<Output = T>>(
    seed: u64,
    folder: &Path,
    play: impl FnOnce(PathBuf) -> Played,
) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let runtime = runtime.expect("a runtime can be made");
    let folder = folder.join(seed.to_string());
    let source = folder.join("source");
    std::fs::create_dir_all(&source).expect("the model's disk is sound");
    std::fs::write(source.join("main.c"), "").expect("the model's disk is sound");
    // Only within the runtime is time its own.
    let outcome = runtime.block_on(async { play(folder.clone()).await });
    install(None);
    drop(runtime);
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

struct Schedule {
    dice: Dice,
    folder: PathBuf,
    world: SharedWorld,
    /// The session that was begun last.
    session: Option<String>,
    sync: watch::Sender<InStep>,
    elsewhere: Rc<std::cell::Cell<bool>>,
}

impl Schedule {
    fn new(seed: u64, folder: PathBuf) -> Self {
        let mut dice = Dice::new(seed);
        let kind = *dice.pick(&WorkloadKind::ALL);
        if seed.is_multiple_of(3) {
            let folder = folder.join("source/.nocalhost");
            std::fs::create_dir_all(&folder).expect("the model's disk is sound");
            std::fs::write(folder.join("config.yaml"), patching(kind)).expect("the model's disk is sound");
        }
        let schedule = Self::of(dice, World::new(kind, Dice::new(seed ^ 0x5eed)), folder, |_, _, _| ());
        schedule.keep_folders(Dice::new(seed ^ 0xf01d));
        schedule
    }

    /// `at_moment` is told of every fault point, before the daemon may die at it.
    fn of(
        dice: Dice,
        world: World,
        folder: PathBuf,
        at_moment: impl Fn(&SharedWorld, &str, &str) + 'static,
    ) -> Self {
        let world = Arc::new(Mutex::new(world));
        let (sync, receiver) = watch::channel(InStep::default());
        let elsewhere = Rc::new(std::cell::Cell::new(false));
        let (of_clients, of_moments, away) = (Arc::clone(&world), Arc::clone(&world), Rc::clone(&elsewhere));
        install(Some(StandIn {
            cluster: Rc::new(move || client(&of_clients, away.get())),
            sync: receiver,
            moment: Rc::new(move |step, at| {
                at_moment(&of_moments, step, at);
                moment(&of_moments, step, at);
            }),
        }));
        Self { dice, folder, world, session: None, sync, elsewhere }
    }

    async fn play(mut self) -> Outcome {
        self.settle_the_original();
        let mover = tokio::spawn(move_on(Arc::clone(&self.world), self.sync.clone()));
        let mut daemon = Daemon::boot(&self.folder.join("home"));
        lock(&self.world).storm = true;
        daemon = self.start(daemon).await;
        for _ in 0..3 + self.dice.below(20) {
            daemon = self.stir(daemon).await;
        }
        self.elsewhere.set(false);
        {
            let mut world = lock(&self.world);
            world.storm = false;
            world.tell(|| "quiet".to_owned());
        }
        daemon = self.revive(daemon).await;
        lock(&self.world).death_in = None;
        self.come_to_rest(&daemon).await;
        daemon.stop().await;
        mover.abort();
        let mut world = lock(&self.world);
        Outcome {
            steps: world.steps,
            violations: std::mem::take(&mut world.violations),
            story: std::mem::take(&mut world.story).into(),
        }
    }

    /// The workload as it was before anybody thought of DevMode.
    fn settle_the_original(&mut self) {
        let mut world = lock(&self.world);
        let kind = world.kind;
        let origin = origins::origin(kind, &mut self.dice);
        world.admits.grace = self.dice.once_in(8);
        world.admits.labels = self.dice.once_in(8);
        let scales = matches!(kind, WorkloadKind::Deployment | WorkloadKind::StatefulSet);
        set_the_stage(&mut world, origin, scales && self.dice.once_in(3));
        // From now on other steps of admission may be at work.
        world.admits.pull_secrets = self.dice.once_in(4);
        world.admits.variables = self.dice.once_in(4);
        let admits = world.admits;
        world.tell(|| format!("{kind}, admission: {admits:?}"));
    }

    /// In some schedules the dev container has persistent folders.
    fn keep_folders(&self, mut dice: Dice) {
        if !dice.once_in(3) {
            return;
        }
        let config = self.folder.join("home").join("config.yaml");
        std::fs::create_dir_all(self.folder.join("home")).expect("the model's disk is sound");
        std::fs::write(config, origins::folders(&mut dice)).expect("the model's disk is sound");
        let mut world = lock(&self.world);
        let class = origins::storage_class(&mut dice);
        world.tell(|| format!("persistent folders, {}", class["volumeBindingMode"]));
        world.make("storageclasses", class);
    }

    async fn start(&mut self, daemon: Daemon) -> Daemon {
        let params: StartParams = serde_json::from_value(json!({
            "kind": lock(&self.world).kind.as_str(), "name": NAME, "namespace": NAMESPACE, "kubeconfig": "/model",
            "image": "dev:1", "container": "main", "source": self.folder.join("source"), "env": {"OURS": "1"},
        }))
        .expect("are parameters");
        let manager = Arc::clone(&daemon.manager);
        let started = tokio::spawn(async move { manager.start(params).await }).await;
        let said = match &started {
            Ok(Ok(status)) => {
                self.session = Some(status.session.clone());
                "the session is begun".to_owned()
            }
            Ok(Err(error)) => format!("the start is refused: {error}"),
            Err(_) => "the daemon dies in the start".to_owned(),
        };
        lock(&self.world).tell(|| said);
        daemon
    }

    /// Lets time pass, and does something that a user does, or a machine.
    async fn stir(&mut self, daemon: Daemon) -> Daemon {
        let pause = if self.dice.once_in(8) { self.dice.below(900_000) } else { self.dice.below(8_000) };
        sleep(Duration::from_millis(pause)).await;
        let mut daemon = self.revive(daemon).await;
        self.tell_status(&daemon);
        if daemon.status().is_none() && self.dice.once_in(2) && !self.elsewhere.get() {
            return self.start(daemon).await;
        }
        match self.dice.below(24) {
            0..=2 => self.end(&daemon).await,
            3..=5 => lock(&self.world).death_in = Some(1 + self.dice.below(60)),
            6 => {
                lock(&self.world).tell(|| "the daemon is stopped and started".to_owned());
                daemon.stop().await;
                daemon = Daemon::boot(&self.folder.join("home"));
            }
            7 => {
                self.elsewhere.set(!self.elsewhere.get());
                lock(&self.world).tell(|| "the address leads to another cluster, or back".to_owned());
            }
            // Whoever asks for another cluster means it.
            8 if !self.elsewhere.get() => self.take_over().await,
            9 => {
                lock(&self.world).tell(|| "the clock jumps".to_owned());
                tokio::time::advance(Duration::from_secs(self.dice.below(7200))).await;
            }
            10..=11 if !self.elsewhere.get() => daemon = self.start(daemon).await,
            12 => {
                let mut world = lock(&self.world);
                world.admits.variables |= self.dice.once_in(2);
                world.admits.pull_secrets |= self.dice.once_in(2);
                world.admits.labels |= self.dice.once_in(2);
                let admits = world.admits;
                world.tell(|| format!("admission is {admits:?} from now on"));
            }
            _ => {}
        }
        daemon
    }

    fn tell_status(&self, daemon: &Daemon) {
        let Some(session) = self.session.clone() else { return };
        let selector = SessionSelector::of_session(session);
        let Ok(status) = daemon.manager.status(&selector) else { return };
        let error = status.error.map(|error| format!(": {error}")).unwrap_or_default();
        lock(&self.world).tell(|| format!("the session is {:?}, {:?}{error}", status.phase, status.step));
    }

    /// A daemon that died is started again, with what it had stored.
    async fn revive(&mut self, daemon: Daemon) -> Daemon {
        if lock(&self.world).death_in != Some(0) {
            return daemon;
        }
        daemon.stop().await;
        let mut world = lock(&self.world);
        world.death_in = None;
        world.tell(|| "the daemon is started again".to_owned());
        drop(world);
        Daemon::boot(&self.folder.join("home"))
    }

    async fn end(&self, daemon: &Daemon) {
        let manager = Arc::clone(&daemon.manager);
        let all = SessionSelector { all: true, ..SessionSelector::default() };
        lock(&self.world).tell(|| "the user ends DevMode".to_owned());
        let _ = tokio::spawn(async move { manager.end(&all, None).await }).await;
    }

    /// Somebody else ends the session by its record, from another machine.
    async fn take_over(&mut self) {
        let kind = lock(&self.world).kind;
        lock(&self.world).tell(|| "somebody takes over".to_owned());
        lock(&self.world).taken_over = true;
        let other = Daemon::boot(&self.folder.join("other"));
        let params: ReleaseParams =
            serde_json::from_value(json!({"kind": kind.as_str(), "name": NAME, "namespace": NAMESPACE,
            "kubeconfig": "/model"}))
            .expect("are parameters");
        let manager = Arc::clone(&other.manager);
        let released = tokio::spawn(async move { release(&manager, params).await }).await;
        if matches!(released, Ok(Ok(_))) {
            sleep(Duration::from_millis(self.dice.below(60_000))).await;
        }
        other.stop().await;
    }

    /// Nothing fails any more, and nobody meddles.
    async fn come_to_rest(&mut self, daemon: &Daemon) {
        sleep(Duration::from_secs(900)).await;
        self.tell_status(daemon);
        let violations_before = lock(&self.world).violations.len();
        if let Some(status) = daemon.status()
            && !status.phase.is_final()
            && status.phase != Phase::Synced
            && status.error.is_none()
        {
            lock(&self.world).violate(format!(
                "after 15 min of quiet the session is {:?} and says no reason",
                status.phase
            ));
        }
        if let Some(status) = daemon.status().filter(|status| status.phase == Phase::Synced) {
            self.is_in_dev_mode(&status);
        }
        let mut last = daemon.status();
        self.end(daemon).await;
        let other = Daemon::boot(&self.folder.join("other"));
        let began = tokio::time::Instant::now();
        loop {
            let going = [daemon.status(), other.status()];
            if going.iter().all(Option::is_none) {
                break;
            }
            last = going[0].clone().or(last);
            if began.elapsed() > PATIENCE {
                let status = going.iter().flatten().next().expect("one goes on");
                lock(&self.world).violate(format!(
                    "the end does not come: {:?}, {:?}, {:?}",
                    status.phase, status.step, status.error
                ));
                break;
            }
            let before = lock(&self.world).writes;
            sleep(Duration::from_secs(60)).await;
            let writes = lock(&self.world).writes - before;
            if writes > WRITES_A_MINUTE {
                lock(&self.world).violate(format!("{writes} writes in a minute of quiet"));
                break;
            }
        }
        sleep(Duration::from_secs(120)).await;
        other.stop().await;
        let mut world = lock(&self.world);
        let last = last.map(|status| daemon.manager.status(&SessionSelector::of_session(status.session)));
        if violations_before == world.violations.len() {
            match last {
                Some(Ok(status)) => check::over(&mut world, &status),
                _ => check::nothing_left(&mut world),
            }
        }
    }

    fn is_in_dev_mode(&self, status: &SessionStatus) {
        let mut world = lock(&self.world);
        if !world.all("pods").any(|pod| is_dev_pod(pod) && !is_going(pod)) {
            world.violate(format!("the session says {:?} and there is no dev pod", status.phase));
        }
    }
}

/// A dev configuration that patches what others change, too: lists with and without keys, maps, a whole container.
fn patching(kind: WorkloadKind) -> String {
    let template = json!({"metadata": {"labels": {"patched": "1"}}, "spec": {
        "containers": [
            {"name": "nocalhost-dev", "env": [{"name": "PATCHED", "value": "1"}], "resources": {"limits": {"memory": "7Gi"}}},
            {"name": "side", "image": "side:patched"},
            {"name": "patched", "image": "patched:1"},
        ],
        "tolerations": [{"key": "patched"}], "nodeSelector": {"patched": "1"},
    }});
    let patch = if kind == WorkloadKind::Pod { template } else { json!({"spec": {"template": template}}) };
    format!("name: {NAME}\ncontainers:\n- name: main\n  dev:\n    patches:\n    - patch: '{patch}'\n")
}

/// There is the workload, perhaps what scales it, and their controllers have done what there was to do.
fn set_the_stage(world: &mut World, mut origin: Value, scales: bool) {
    let kind = world.kind;
    world.shadow = Some(origin.clone());
    super::admission::admit(world.admits, plural(kind), &mut origin);
    world.make(plural(kind), origin);
    if scales {
        let scaler = origins::autoscaler(kind);
        world.scaler_shadow = Some(scaler.clone());
        world.make("horizontalpodautoscalers", scaler);
    }
    for _ in 0..60 {
        controllers::round(world);
    }
}

/// The cluster goes its way, and the syncthings with it.
async fn move_on(world: SharedWorld, sync: watch::Sender<InStep>) {
    let (mut connection, mut with) = (0, None);
    let mut since = tokio::time::Instant::now();
    loop {
        let pause = {
            let mut world = lock(&world);
            let moved = if world.storm {
                for _ in 0..6 {
                    controllers::bustle(&mut world);
                }
                true
            } else {
                controllers::round(&mut world)
            };
            let pod = pod_with_a_sidecar(&world);
            if pod != with {
                (with, connection, since) = (pod, connection + 1, tokio::time::Instant::now());
            }
            let ready = with.is_some() && since.elapsed() > DIALS;
            let in_sync = ready && (!world.storm || world.dice.once_in(2));
            let now = InStep { connected: ready, in_sync, connection };
            sync.send_if_modified(|then| std::mem::replace(then, now) != now);
            if world.storm || moved { Duration::from_millis(500) } else { Duration::from_secs(20) }
        };
        sleep(pause).await;
    }
}

/// With whom the syncthing here is connected, be that ready or not.
fn pod_with_a_sidecar(world: &World) -> Option<String> {
    let answers = |pod: &&Value| {
        let statuses = pod["status"]["containerStatuses"].as_array();
        let runs = |status: &Value| status["name"] == nhd_plan::SIDECAR_CONTAINER && status["ready"] == true;
        !is_going(pod) && statuses.is_some_and(|all| all.iter().any(runs))
    };
    world.all("pods").find(answers).map(|pod| pod["metadata"]["uid"].as_str().unwrap_or_default().to_owned())
}
