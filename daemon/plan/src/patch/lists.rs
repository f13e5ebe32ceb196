//! Which lists a strategic merge patch merges, and by what it tells their items apart; it takes the place of any other.

/// How a list is merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merging {
    /// Items with an equal value of this field are one.
    ByField(&'static str),
    /// Of plain values: those that are there or in the patch.
    Values,
}

use Merging::{ByField, Values};

/// The `patchStrategy` and the `patchMergeKey` of the API's types, which its OpenAPI document repeats
/// (`x-kubernetes-patch-strategy`, `x-kubernetes-patch-merge-key`), for all that an object with a pod template has but its
/// status. A field's name tells enough: none of them means two things there, which a test reads in that document.
const LISTS: [(&str, Merging); 15] = [
    ("containers", ByField("name")),
    ("initContainers", ByField("name")),
    ("ephemeralContainers", ByField("name")),
    ("volumes", ByField("name")),
    ("imagePullSecrets", ByField("name")),
    ("hostAliases", ByField("ip")),
    ("topologySpreadConstraints", ByField("topologyKey")),
    ("resourceClaims", ByField("name")),
    ("schedulingGates", ByField("name")),
    ("env", ByField("name")),
    ("ports", ByField("containerPort")),
    ("volumeMounts", ByField("mountPath")),
    ("volumeDevices", ByField("devicePath")),
    ("ownerReferences", ByField("uid")),
    ("finalizers", Values),
];

/// The lists that a strategic merge patch merges, each with the field that tells its items apart; none for plain values.
pub fn merged_lists() -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    LISTS.iter().map(|(list, merging)| match merging {
        ByField(field) => (*list, Some(*field)),
        Values => (*list, None),
    })
}

/// How the list at `field` is merged; `None` where a patch replaces it.
pub(super) fn merging(field: &str) -> Option<Merging> {
    LISTS.iter().find(|(list, _)| *list == field).map(|(_, merging)| *merging)
}
