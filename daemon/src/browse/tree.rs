//! The workloads of a namespace, or of all, put together from what is told of objects, pods and records one by one. What a
//! piece of news changes is found by its name, so that it costs the same whatever else there is. Pure.

use std::collections::{BTreeMap, BTreeSet};

use nhd_protocol::listing::{DevModeOwner, DevModeSummary, WorkloadSummary, WorkloadTrouble};
use nhd_protocol::workload::WorkloadRef;

use super::glance::{Item, Mark, PodGlance};
use super::trouble::Trouble;
use crate::cluster::record::RecordHead;
use crate::session::look::parts::record_name;

/// A name in a namespace.
pub type Key = (String, String);

/// What changed since it was last asked.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub upserted: Vec<WorkloadSummary>,
    pub removed: Vec<WorkloadRef>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.upserted.is_empty() && self.removed.is_empty()
    }
}

#[derive(Debug, Default)]
pub struct Tree {
    items: BTreeMap<WorkloadRef, Item>,
    /// What was made of a workload.
    children: BTreeMap<WorkloadRef, BTreeSet<WorkloadRef>>,
    /// Pods in trouble.
    pods: BTreeMap<Key, (WorkloadRef, Trouble)>,
    /// The same, by whose they are.
    troubled: BTreeMap<WorkloadRef, BTreeSet<String>>,
    records: BTreeMap<Key, RecordHead>,
    /// Whose record it would be.
    by_record: BTreeMap<Key, WorkloadRef>,
    /// Those of which something changed.
    touched: BTreeSet<WorkloadRef>,
    /// As they were last told.
    told: BTreeMap<WorkloadRef, WorkloadSummary>,
}

impl Tree {
    pub fn put(&mut self, item: Item) {
        let workload = item.workload.clone();
        self.forget_parent(&workload);
        if let Some(parent) = &item.parent {
            self.children.entry(parent.clone()).or_default().insert(workload.clone());
            self.touched.insert(parent.clone());
        }
        let record = (workload.namespace.clone(), record_name(&workload));
        self.by_record.insert(record, workload.clone());
        self.touched.insert(workload.clone());
        self.items.insert(workload, item);
    }

    pub fn remove(&mut self, workload: &WorkloadRef) {
        self.forget_parent(workload);
        if self.items.remove(workload).is_some() {
            self.by_record.remove(&(workload.namespace.clone(), record_name(workload)));
            self.touched.insert(workload.clone());
        }
    }

    /// All items of which this holds go, but for those that are put again.
    pub fn replace_items(&mut self, of: impl Fn(&WorkloadRef) -> bool, items: Vec<Item>) {
        let kept: BTreeSet<&WorkloadRef> = items.iter().map(|item| &item.workload).collect();
        let gone = self.items.keys().filter(|workload| of(workload) && !kept.contains(workload));
        for workload in gone.cloned().collect::<Vec<_>>() {
            self.remove(&workload);
        }
        items.into_iter().for_each(|item| self.put(item));
    }

    pub fn put_pod(&mut self, pod: PodGlance) {
        let PodGlance { namespace, name, item, trouble } = pod;
        self.forget_trouble(&(namespace.clone(), name.clone()));
        if let Some((owner, trouble)) = trouble {
            self.touch(&owner);
            self.troubled.entry(owner.clone()).or_default().insert(name.clone());
            self.pods.insert((namespace, name), (owner, trouble));
        }
        if let Some(item) = item {
            self.put(item);
        }
    }

    pub fn remove_pod(&mut self, pod: &PodGlance) {
        self.forget_trouble(&(pod.namespace.clone(), pod.name.clone()));
        if let Some(item) = &pod.item {
            self.remove(&item.workload);
        }
    }

    pub fn replace_pods(&mut self, pods: Vec<PodGlance>) {
        for pod in self.pods.keys().cloned().collect::<Vec<_>>() {
            self.forget_trouble(&pod);
        }
        let (bare, owned): (Vec<PodGlance>, Vec<PodGlance>) =
            pods.into_iter().partition(|pod| pod.item.is_some());
        let items = bare.into_iter().filter_map(|pod| pod.item).collect();
        self.replace_items(|workload| workload.kind == nhd_protocol::workload::WorkloadKind::Pod, items);
        owned.into_iter().for_each(|pod| self.put_pod(pod));
    }

    pub fn put_record(&mut self, key: Key, head: RecordHead) {
        self.touch_record(&key);
        self.records.insert(key, head);
    }

    pub fn remove_record(&mut self, key: &Key) {
        self.touch_record(key);
        self.records.remove(key);
    }

    pub fn replace_records(&mut self, records: impl IntoIterator<Item = (Key, RecordHead)>) {
        for key in self.records.keys().cloned().collect::<Vec<_>>() {
            self.remove_record(&key);
        }
        records.into_iter().for_each(|(key, head)| self.put_record(key, head));
    }

    /// What changed since this was last asked. `here` tells the id of this daemon's session of a workload.
    pub fn changes(&mut self, here: impl Fn(&WorkloadRef) -> Option<String>) -> Changes {
        let mut changes = Changes::default();
        for workload in std::mem::take(&mut self.touched) {
            match self.summary(&workload, &here) {
                Some(summary) if self.told.get(&workload) != Some(&summary) => {
                    self.told.insert(workload, summary.clone());
                    changes.upserted.push(summary);
                }
                Some(_) => {}
                None => {
                    if self.told.remove(&workload).is_some() {
                        changes.removed.push(workload);
                    }
                }
            }
        }
        changes
    }

    /// All workloads as they were last told, by namespace, kind and name.
    pub fn summaries(&self) -> impl Iterator<Item = &WorkloadSummary> {
        self.told.values()
    }

    fn summary(
        &self,
        workload: &WorkloadRef,
        here: impl Fn(&WorkloadRef) -> Option<String>,
    ) -> Option<WorkloadSummary> {
        let item = self.items.get(workload).filter(|item| item.listed)?;
        Some(WorkloadSummary {
            replicas: item.replicas,
            containers: item.containers.clone(),
            dev_mode: self.dev_mode(item, here(workload)),
            trouble: self.trouble(item),
            workload: workload.clone(),
        })
    }

    fn dev_mode(&self, item: &Item, here: Option<String>) -> Option<DevModeSummary> {
        if item.mark == Mark::Nocalhosts {
            return Some(DevModeSummary { by_nocalhost: true, ..DevModeSummary::default() });
        }
        let workload = &item.workload;
        let record = self.records.get(&(workload.namespace.clone(), record_name(workload)));
        // Of a workload that is not written to, only what was made beside it tells.
        let beside = || self.made_of(workload).any(|made| made.mark == Mark::DevWorkload);
        let known = item.mark == Mark::InDevMode || record.is_some() || beside();
        known.then(|| DevModeSummary {
            owner: record.and_then(|record| record.owner.clone()).map(DevModeOwner::from),
            session: here.clone().or_else(|| record.map(|record| record.session.clone())),
            here: here.is_some(),
            by_nocalhost: false,
        })
    }

    /// The worst that is told of its pods and of those of what was made of it; else what it tells itself.
    fn trouble(&self, item: &Item) -> Option<WorkloadTrouble> {
        let own = std::iter::once(&item.workload);
        let pods: Vec<(&String, &Trouble)> = own
            .chain(self.children.get(&item.workload).into_iter().flatten())
            .filter_map(|of| Some((of, self.troubled.get(of)?)))
            .flat_map(|(of, names)| names.iter().map(move |name| (of, name)))
            .filter_map(|(of, name)| Some((name, &self.pods.get(&(of.namespace.clone(), name.clone()))?.1)))
            .collect();
        let worst = pods.iter().rev().max_by_key(|(_, trouble)| trouble.weight());
        if let Some((pod, trouble)) = worst {
            return Some(told(trouble, Some((*pod).clone()), pods.len()));
        }
        let made = self.made_of(&item.workload).filter(|made| made.mark == Mark::DevWorkload);
        let own = item.trouble.as_ref().or_else(|| made.filter_map(|made| made.trouble.as_ref()).next())?;
        let is_pod = item.workload.kind == nhd_protocol::workload::WorkloadKind::Pod;
        Some(told(own, is_pod.then(|| item.workload.name.clone()), usize::from(is_pod)))
    }

    fn made_of(&self, workload: &WorkloadRef) -> impl Iterator<Item = &Item> {
        self.children.get(workload).into_iter().flatten().filter_map(|made| self.items.get(made))
    }

    fn forget_parent(&mut self, workload: &WorkloadRef) {
        let Some(parent) = self.items.get(workload).and_then(|item| item.parent.clone()) else { return };
        if let Some(children) = self.children.get_mut(&parent) {
            children.remove(workload);
            if children.is_empty() {
                self.children.remove(&parent);
            }
        }
        self.touched.insert(parent);
    }

    fn forget_trouble(&mut self, pod: &Key) {
        let Some((owner, _)) = self.pods.remove(pod) else { return };
        self.touch(&owner);
        if let Some(pods) = self.troubled.get_mut(&owner) {
            pods.remove(&pod.1);
            if pods.is_empty() {
                self.troubled.remove(&owner);
            }
        }
    }

    /// What is the matter with a Job of a schedule, or with a dev workload, is told of what it was made of.
    fn touch(&mut self, workload: &WorkloadRef) {
        if let Some(parent) = self.items.get(workload).and_then(|item| item.parent.clone()) {
            self.touched.insert(parent);
        }
        self.touched.insert(workload.clone());
    }

    fn touch_record(&mut self, key: &Key) {
        if let Some(workload) = self.by_record.get(key) {
            self.touched.insert(workload.clone());
        }
    }
}

fn told(trouble: &Trouble, pod: Option<String>, pods: usize) -> WorkloadTrouble {
    WorkloadTrouble {
        reason: trouble.reason.clone(),
        message: trouble.message.clone(),
        pod,
        container: trouble.container.clone(),
        pods: u32::try_from(pods).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests;
