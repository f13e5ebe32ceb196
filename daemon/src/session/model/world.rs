//! The objects of a modelled cluster, and what is written down about them. Knows neither requests nor controllers.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use nhd_protocol::workload::WorkloadKind;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Duration, Instant};

use crate::dice::Dice;

pub(super) const NAMESPACE: &str = "shop";
pub(super) const NAME: &str = "web";
/// What tells the session's own cluster from another one.
pub(super) const CLUSTER_UID: &str = "11111111-0000-0000-0000-000000000000";

/// How much of the last is told of a schedule that went wrong.
const STORY: usize = 2000;

/// The plural of an object's kind, and its name.
pub(super) type Key = (&'static str, String);

/// One watch that somebody has open.
pub(super) struct Watcher {
    pub(super) plural: &'static str,
    pub(super) selects: Box<dyn Fn(&Value) -> bool + Send>,
    pub(super) sender: mpsc::Sender<Bytes>,
}

/// A cluster with one namespace.
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) kind: WorkloadKind,
    objects: BTreeMap<Key, Arc<Value>>,
    /// Each object as it was before its last change, for answers that are stale.
    before: BTreeMap<Key, Arc<Value>>,
    /// When what is not there any more was deleted.
    gone: BTreeMap<Key, Instant>,
    version: u64,
    uids: u64,
    born: Instant,
    pub(super) watchers: Vec<Watcher>,
    /// Requests fail, others write, pods have trouble.
    pub(super) storm: bool,
    /// What the admission steps do now.
    pub(super) admits: Admission,
    /// Kills the daemon when it comes to nought.
    pub(super) death_in: Option<u64>,
    /// What the workload would be without us: the same changes of others, made to the original. `None` where there would
    /// be none.
    pub(super) shadow: Option<Value>,
    /// What the autoscaler would be.
    pub(super) scaler_shadow: Option<Value>,
    /// Somebody else took our record away, or the workload from under it.
    pub(super) meddled: bool,
    /// Nothing in the record's place says any more that it is one.
    pub(super) estranged: bool,
    /// The dev pod of a bare pod was lost, and with it what others had changed of it.
    pub(super) pod_lost: bool,
    /// Another daemon has taken the session over once.
    pub(super) taken_over: bool,
    /// Changes in the cluster, requests served or failed, deaths.
    pub(super) steps: u64,
    /// Writes by the daemon that changed something, and those that did not.
    pub(super) writes: u64,
    pub(super) story: VecDeque<String>,
    pub(super) violations: Vec<String>,
}

/// What the modelled admission steps do to what is written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Admission {
    /// Adds a label to what is created.
    pub(super) labels: bool,
    /// Adds a variable to each container of a template.
    pub(super) variables: bool,
    /// Adds pull secrets to pod specs that have none.
    pub(super) pull_secrets: bool,
    /// Sets how long a pod may take to stop, whatever was written.
    pub(super) grace: bool,
}

impl World {
    pub(super) fn new(kind: WorkloadKind, dice: Dice) -> Self {
        let mut world = Self {
            dice,
            kind,
            objects: BTreeMap::new(),
            before: BTreeMap::new(),
            version: 100,
            uids: 0,
            born: Instant::now(),
            watchers: Vec::new(),
            storm: false,
            admits: Admission::default(),
            death_in: None,
            shadow: None,
            scaler_shadow: None,
            meddled: false,
            gone: BTreeMap::new(),
            estranged: false,
            pod_lost: false,
            taken_over: false,
            steps: 0,
            writes: 0,
            story: VecDeque::new(),
            violations: Vec::new(),
        };
        world.make("namespaces", json!({"metadata": {"name": NAMESPACE}}));
        world
    }

    /// Writes down what happens.
    pub(super) fn tell(&mut self, what: impl FnOnce() -> String) {
        self.steps += 1;
        if self.story.len() >= STORY {
            self.story.pop_front();
        }
        let at = self.born.elapsed().as_millis();
        self.story.push_back(format!("{at:>9} ms  {}", what()));
    }

    pub(super) fn violate(&mut self, what: String) {
        self.tell(|| format!("VIOLATION: {what}"));
        self.violations.push(what);
    }

    pub(super) fn get(&self, plural: &'static str, name: &str) -> Option<&Arc<Value>> {
        self.objects.get(&(plural, name.to_owned()))
    }

    /// As it was before its last change. That an object is not there, or is another one, is never stale: that much the
    /// API promises.
    pub(super) fn get_stale(&self, plural: &'static str, name: &str) -> Option<&Arc<Value>> {
        let key = (plural, name.to_owned());
        let there = self.objects.get(&key)?;
        self.before.get(&key).filter(|before| uid_of(before) == uid_of(there)).or(Some(there))
    }

    /// How long it has been deleted, if it ever was there.
    pub(super) fn gone_for(&self, key: Key) -> Option<Duration> {
        self.gone.get(&key).map(Instant::elapsed)
    }

    pub(super) fn all(&self, plural: &'static str) -> impl Iterator<Item = &Value> {
        self.shared(plural).map(|it| &**it)
    }

    pub(super) fn shared(&self, plural: &'static str) -> impl Iterator<Item = &Arc<Value>> {
        self.objects
            .range((plural, String::new())..)
            .take_while(move |((it, _), _)| *it == plural)
            .map(|(_, it)| it)
    }

    pub(super) fn keys(&self) -> Vec<Key> {
        self.objects.keys().cloned().collect()
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }

    pub(super) fn now(&self) -> String {
        let moment = time::macros::datetime!(2026-11-01 00:00:00 UTC) + self.born.elapsed();
        let moment = moment.replace_nanosecond(0).expect("nought is a nanosecond");
        moment.format(&time::format_description::well_known::Rfc3339).expect("can be written")
    }

    /// Stores a new object as the API server would, with an identity of its own.
    pub(super) fn make(&mut self, plural: &'static str, mut object: Value) -> Arc<Value> {
        self.uids += 1;
        let now = self.now();
        let metadata = object["metadata"].as_object_mut().expect("an object has metadata");
        metadata.insert("uid".into(), format!("uid-{}", self.uids).into());
        metadata.insert("creationTimestamp".into(), now.into());
        metadata.insert("generation".into(), 1.into());
        self.store(plural, object)
    }

    /// Stores what became of an object, and tells the watches. What did not change is not written.
    pub(super) fn change(&mut self, plural: &'static str, mut object: Value) -> Arc<Value> {
        let name = name_of(&object).to_owned();
        let Some(there) = self.get(plural, &name) else { return Arc::new(object) };
        if **there == object {
            return Arc::clone(there);
        }
        if there.get("spec") != object.get("spec") {
            let generation = there["metadata"]["generation"].as_u64().unwrap_or(1) + 1;
            object["metadata"]["generation"] = generation.into();
        }
        self.store(plural, object)
    }

    /// Changes an object in place, if it is there.
    pub(super) fn alter(&mut self, plural: &'static str, name: &str, alter: impl FnOnce(&mut Value)) {
        if let Some(mut object) = self.get(plural, name).map(|it| Value::clone(it)) {
            alter(&mut object);
            self.change(plural, object);
        }
    }

    fn store(&mut self, plural: &'static str, mut object: Value) -> Arc<Value> {
        self.version += 1;
        object["metadata"]["resourceVersion"] = self.version.to_string().into();
        let key = (plural, name_of(&object).to_owned());
        let object = Arc::new(object);
        if let Some(before) = self.objects.insert(key.clone(), Arc::clone(&object)) {
            self.before.insert(key, before);
        }
        self.wake("MODIFIED", plural, &object);
        object
    }

    pub(super) fn remove(&mut self, plural: &'static str, name: &str) {
        let key = (plural, name.to_owned());
        if let Some(object) = self.objects.remove(&key) {
            self.gone.insert(key, Instant::now());
            self.version += 1;
            self.wake("DELETED", plural, &object);
        }
    }

    /// Events may be lost in a storm.
    fn wake(&mut self, kind: &str, plural: &'static str, object: &Value) {
        if self.storm && self.dice.once_in(4) {
            return;
        }
        self.watchers.retain(|watcher| !watcher.sender.is_closed());
        let concerned = |watcher: &&Watcher| watcher.plural == plural && (watcher.selects)(object);
        if self.watchers.iter().any(|watcher| concerned(&watcher)) {
            let line = Bytes::from(format!("{}\n", json!({"type": kind, "object": object})));
            for watcher in self.watchers.iter().filter(concerned) {
                let _ = watcher.sender.try_send(line.clone());
            }
        }
    }
}

pub(super) fn name_of(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

pub(super) fn uid_of(object: &Value) -> &str {
    object["metadata"]["uid"].as_str().unwrap_or_default()
}

pub(super) fn is_going(object: &Value) -> bool {
    object["metadata"].get("deletionTimestamp").is_some()
}

/// Whether a pod has the dev container.
pub(super) fn is_dev_pod(pod: &Value) -> bool {
    let containers = pod["spec"]["containers"].as_array();
    containers.is_some_and(|all| all.iter().any(|container| container["name"] == nhd_plan::DEV_CONTAINER))
}

/// The uid of the controller of an object.
pub(super) fn controller_of(object: &Value) -> Option<&str> {
    let owners = object["metadata"].get("ownerReferences")?.as_array()?;
    owners.iter().find(|owner| owner["controller"] == true)?["uid"].as_str()
}

/// The plural of a kind of workload.
pub(super) fn plural(kind: WorkloadKind) -> &'static str {
    crate::cluster::Resource::from(kind).plural
}

/// Where the pod template of a kind of workload is.
pub(super) fn template_at(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::CronJob => "/spec/jobTemplate/spec/template",
        WorkloadKind::Pod => "",
        _ => "/spec/template",
    }
}
