//! What was chosen when a workload was last put into DevMode, in one small file for all: image, container, source folder.
//! It is a convenience: what is damaged is moved aside and forgotten, and what cannot be written fails nothing.

use std::path::PathBuf;
use std::sync::Mutex;

use nhd_protocol::Timestamp;
use nhd_protocol::workload::WorkloadRef;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::copies::move_aside;
use super::document::Document;
use crate::blocking::{blocking, lock_blocking};
use crate::replace::replace_durably;

/// As many workloads are remembered, those of which something was chosen last.
const CHOICES_LIMIT: usize = 256;

const CHOICES_VERSION: u64 = 1;

/// The choices for one workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredChoice {
    /// The name of the cluster, as sessions know it.
    pub cluster: String,
    pub workload: WorkloadRef,
    pub image: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    pub source: PathBuf,
    pub at: Timestamp,
}

/// All choices, the latest last.
#[derive(Debug)]
pub(super) struct Choices {
    path: PathBuf,
    known: Mutex<Vec<StoredChoice>>,
    /// Of a later nhd: left as they are.
    later: bool,
}

impl Choices {
    pub(super) fn open(path: PathBuf) -> Self {
        let read = std::fs::read(&path).ok().map(|text| Document::read(&text).ok());
        let document = match read {
            None => None,
            Some(Some(document)) => Some(document),
            Some(None) => {
                let aside = move_aside(&path);
                tracing::warn!(?path, ?aside, "the last choices are damaged; they are moved aside");
                None
            }
        };
        let version = document.as_ref().and_then(|it| it.field("version")?.as_u64());
        let later = version.is_some_and(|version| version > CHOICES_VERSION);
        let known = document.as_ref().filter(|_| !later).and_then(|it| it.field("choices").cloned());
        let known = known.and_then(|choices| serde_json::from_value(choices).ok()).unwrap_or_default();
        Self { path, known: Mutex::new(known), later }
    }

    /// The choices for a workload of a cluster that is known by one of several names.
    pub(super) fn of(
        &self,
        workload: &WorkloadRef,
        is_cluster: impl Fn(&str) -> bool,
    ) -> Option<StoredChoice> {
        let known = lock_blocking(&self.known);
        known.iter().rev().find(|it| it.workload == *workload && is_cluster(&it.cluster)).cloned()
    }

    pub(super) fn put(&self, choice: StoredChoice) {
        blocking(|| {
            let mut known = lock_blocking(&self.known);
            known.retain(|it| it.workload != choice.workload || it.cluster != choice.cluster);
            known.push(choice);
            let too_many = known.len().saturating_sub(CHOICES_LIMIT);
            known.drain(..too_many);
            if self.later {
                return;
            }
            let document = json!({"version": CHOICES_VERSION, "choices": &*known});
            let document = Document::of(document).expect("it is an object");
            if let Err(error) = replace_durably(&self.path, &document.sealed()) {
                tracing::warn!(path = ?self.path, %error, "failed to write the last choices");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use nhd_protocol::workload::WorkloadKind;

    use super::*;

    fn choice(cluster: &str, name: &str, image: &str) -> StoredChoice {
        StoredChoice {
            cluster: cluster.into(),
            workload: WorkloadRef { namespace: "n".into(), kind: WorkloadKind::Job, name: name.into() },
            image: image.into(),
            container: None,
            source: "/src".into(),
            at: "2026-01-01T00:00:00.000Z".into(),
        }
    }

    fn image(choices: &Choices, cluster: &str, name: &str) -> Option<String> {
        choices.of(&choice(cluster, name, "").workload, |known| known == cluster).map(|it| it.image)
    }

    #[test]
    fn the_last_choice_for_each_workload_is_kept_over_restarts_and_their_number_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("choices.json");
        let choices = Choices::open(path.clone());
        choices.put(choice("a", "web", "one"));
        choices.put(choice("b", "web", "other"));
        choices.put(choice("a", "web", "two"));
        let choices = Choices::open(path.clone());
        assert_eq!(image(&choices, "a", "web").as_deref(), Some("two"));
        assert_eq!(image(&choices, "b", "web").as_deref(), Some("other"));
        assert_eq!(image(&choices, "c", "web"), None);
        for number in 0..CHOICES_LIMIT - 1 {
            choices.put(choice("a", &format!("w{number}"), "x"));
        }
        let choices = Choices::open(path);
        assert_eq!(image(&choices, "b", "web"), None, "the oldest is forgotten");
        assert_eq!(image(&choices, "a", "web").as_deref(), Some("two"));
    }

    #[test]
    fn what_is_damaged_is_moved_aside_and_what_is_of_a_later_nhd_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("choices.json");
        Choices::open(path.clone()).put(choice("a", "web", "one"));
        let mut text = std::fs::read(&path).unwrap();
        text[40] ^= 1;
        std::fs::write(&path, &text).unwrap();
        let choices = Choices::open(path.clone());
        assert_eq!(image(&choices, "a", "web"), None);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "it is moved aside");
        let later = Document::of(json!({"version": 2, "choices": "otherwise"})).unwrap().sealed();
        std::fs::write(&path, &later).unwrap();
        let choices = Choices::open(path.clone());
        choices.put(choice("a", "web", "two"));
        assert_eq!(image(&choices, "a", "web").as_deref(), Some("two"), "it is known while the daemon runs");
        assert_eq!(std::fs::read(&path).unwrap(), later);
    }
}
