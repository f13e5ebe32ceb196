//! What is known of a topic: the workloads, and what cannot be told of them. Pure.

use std::collections::BTreeMap;

use nhd_protocol::browse::live::{WatchTrouble, WatchedPart, WorkloadEvent};
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::workload::WorkloadRef;

use super::part::{Kept, PartNews, kind};
use crate::browse::tree::Tree;
use crate::cluster::follow::Told;

#[derive(Debug, Default)]
pub(super) struct Picture {
    pub(super) tree: Tree,
    pub(super) troubles: BTreeMap<WatchedPart, ErrorInfo>,
}

impl Picture {
    /// Takes news over. Answers with what is to be said beside the changes of workloads.
    pub(super) fn take(&mut self, news: PartNews) -> Option<WorkloadEvent> {
        let PartNews { part, told } = news;
        match told {
            Ok(told) => {
                self.apply(part, told);
                self.troubles.remove(&part).map(|_| WorkloadEvent::Recovered { part })
            }
            Err(error) => {
                // What nobody may see any more is not known to be there.
                self.apply(part, Told::Listed(Vec::new()));
                let known = self.troubles.insert(part, error.clone());
                (known.as_ref() != Some(&error))
                    .then_some(WorkloadEvent::Error { trouble: WatchTrouble { part, error } })
            }
        }
    }

    pub(super) fn troubles(&self) -> Vec<WatchTrouble> {
        let trouble =
            |(part, error): (&WatchedPart, &ErrorInfo)| WatchTrouble { part: *part, error: error.clone() };
        self.troubles.iter().map(trouble).collect()
    }

    fn apply(&mut self, part: WatchedPart, told: Told<Kept>) {
        match told {
            Told::Listed(kept) => self.replace(part, kept),
            Told::Changed(Kept::Item(item)) => self.tree.put(item),
            Told::Changed(Kept::Pod(pod)) => self.tree.put_pod(pod),
            Told::Changed(Kept::Record(key, head)) => self.tree.put_record(key, head),
            Told::Gone(Kept::Item(item)) => self.tree.remove(&item.workload),
            Told::Gone(Kept::Pod(pod)) => self.tree.remove_pod(&pod),
            Told::Gone(Kept::Record(key, _)) => self.tree.remove_record(&key),
        }
    }

    fn replace(&mut self, part: WatchedPart, kept: Vec<Kept>) {
        let (mut items, mut pods, mut records) = (Vec::new(), Vec::new(), Vec::new());
        for kept in kept {
            match kept {
                Kept::Item(item) => items.push(item),
                Kept::Pod(pod) => pods.push(pod),
                Kept::Record(key, head) => records.push((key, head)),
            }
        }
        match (part, kind(part)) {
            (_, Some(kind)) => self.tree.replace_items(|workload: &WorkloadRef| workload.kind == kind, items),
            (WatchedPart::Owners, None) => self.tree.replace_records(records),
            (_, None) => self.tree.replace_pods(pods),
        }
    }
}
