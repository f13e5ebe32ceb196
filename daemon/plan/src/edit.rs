//! What a session changes, kept so that it can be given back by whoever reads it.
//!
//! It does not know where it is kept: its fields have the names that they have in the store and in the record's Secret.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::annotation;
use crate::folder::FolderClaim;
use crate::kinds;
use crate::manifest::{name, text};

/// What a session changes in a cluster, with both ends of it as the API server has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// The name that the dev container had before.
    pub container: String,
    /// The whole workload before the edit, with what others changed since that an end has taken over into it.
    pub origin: Value,
    /// The whole workload as it was written on the way into DevMode, as the API server has it.
    pub edited: Value,
    /// The whole workload as others had left it when their changes were taken over into `origin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Value>,
    /// What came of giving the workload back.
    #[serde(rename = "givenBack", default, skip_serializing_if = "Option::is_none")]
    pub given_back: Option<GivenBack>,
    /// The object made next to the workload that has the dev pod, where the workload itself cannot have it.
    #[serde(rename = "generated", default)]
    pub dev_workload: Option<Value>,
    /// What scales the workload and is kept from it; none in what earlier versions wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub autoscalers: Vec<PinnedAutoscaler>,
    /// The volume claims that were not there before, and come with the dev pod.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<MadeClaim>,
    /// The persistent folders of the dev container with their claims, which outlive the session; none in what earlier
    /// versions wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<FolderClaim>,
    /// The uid of the workload's namespace; none in what earlier versions wrote, and where it may not be read.
    #[serde(rename = "namespaceUid", default, skip_serializing_if = "Option::is_none")]
    pub namespace_uid: Option<String>,
}

/// A volume claim that the dev pod's controller makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeClaim {
    pub name: String,
    /// Of the one that was seen there first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
}

/// The workload as the API server answered to the write that gave it back: with what its admission steps add.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GivenBack {
    pub object: Value,
    /// Whether its controls are the original's, too. Until then they are still neutral.
    pub settled: bool,
}

impl Edit {
    /// An edit that is yet to be written.
    #[must_use]
    pub fn new(container: String, origin: Value, edited: Value) -> Self {
        Self {
            container,
            origin,
            edited,
            merged: None,
            given_back: None,
            dev_workload: None,
            autoscalers: Vec::new(),
            claims: Vec::new(),
            folders: Vec::new(),
            namespace_uid: None,
        }
    }

    /// The workload as we know it last: what differs from it is others' doing.
    #[must_use]
    pub fn last_known(&self) -> &Value {
        let given_back = self.given_back.as_ref().map(|given_back| &given_back.object);
        given_back.or(self.merged.as_ref()).unwrap_or(&self.edited)
    }

    /// The states of the workload that are known from the API server.
    pub fn states(&self) -> impl Iterator<Item = &Value> {
        let given_back = self.given_back.as_ref().map(|given_back| &given_back.object);
        [&self.origin, &self.edited].into_iter().chain(&self.merged).chain(given_back)
    }

    /// Whether it was given back once, whatever others have made of it since.
    #[must_use]
    pub fn was_given_back(&self) -> bool {
        self.given_back.is_some() || self.merged.as_ref().is_some_and(|merged| !annotation::is_ours(merged))
    }

    /// Whether the claims that came with the dev pod go with it, as those of a pod that is scaled away.
    #[must_use]
    pub fn drops_claims(&self) -> bool {
        kinds::of(&self.origin).is_some_and(|kind| (kind.drops_claims)(&self.origin))
    }

    /// The uid of the object that was planned for; a workload made anew under the name is another one.
    #[must_use]
    pub fn workload_uid(&self) -> &str {
        uid(&self.origin).unwrap_or_default()
    }
}

/// An autoscaler that a session keeps from its workload, with both ends of that edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PinnedAutoscaler {
    /// The whole object before.
    pub origin: Value,
    /// The whole object after, as the API server returned it from a dry run.
    pub pinned: Value,
}

impl PinnedAutoscaler {
    #[must_use]
    pub fn name(&self) -> &str {
        self.origin.get("metadata").map_or("", name)
    }

    /// Whether `object` is this autoscaler, and not one that was made anew under its name.
    #[must_use]
    pub fn is(&self, object: &Value) -> bool {
        uid(&self.origin) == uid(object)
    }
}

fn uid(object: &Value) -> Option<&str> {
    text(object.get("metadata")?, "uid")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// None of them may change: an edit is read by whichever version of nhd is there when it is given back.
    #[test]
    fn an_edit_has_the_same_names_in_json_in_every_version() {
        let least = json!({"container": "web", "origin": {}, "edited": {}, "generated": null});
        let all = json!({
            "container": "web",
            "origin": {"metadata": {"uid": "u"}},
            "edited": {"spec": {}},
            "merged": {"spec": {}},
            "givenBack": {"object": {"spec": {}}, "settled": true},
            "generated": {"kind": "Job"},
            "autoscalers": [{"origin": {"metadata": {"name": "web"}}, "pinned": {}}],
            "claims": [{"name": "data-web-0"}, {"name": "log-web-0", "uid": "u"}],
            "folders": [
                {"path": "/go", "claim": {"kind": "PersistentVolumeClaim"}},
                {"path": "/root", "claim": {}, "existed": true, "awaited": true},
            ],
            "namespaceUid": "n",
        });
        for written in [least, all] {
            let edit: Edit = serde_json::from_value(written.clone()).unwrap();
            assert_eq!(serde_json::to_value(&edit).unwrap(), written);
        }
        let without_the_rest = json!({"container": "web", "origin": {}, "edited": {}});
        assert_eq!(serde_json::from_value::<Edit>(without_the_rest).unwrap().dev_workload, None);
    }

    #[test]
    fn an_autoscaler_made_anew_under_the_name_is_another_one() {
        let autoscaler = |uid: &str| json!({"metadata": {"name": "web", "uid": uid}});
        let pinned = PinnedAutoscaler { origin: autoscaler("1"), pinned: json!({}) };
        assert!(pinned.is(&autoscaler("1")) && !pinned.is(&autoscaler("2")));
        assert_eq!(pinned.name(), "web");
    }
}
