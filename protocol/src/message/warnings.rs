//! What a plan and a session's status warn of.

use super::Message;

macro_rules! warnings {
    ($($name:ident $code:literal, $text:literal;)+) => {
        /// The warnings by name.
        pub mod warning {
            use super::Message;
            $(pub const $name: Message = Message { code: $code, kind: None, text: $text, hint: None };)+
        }
        /// Every warning, the more telling template before one that would take its text as well.
        pub const WARNINGS: &[Message] = &[$(warning::$name,)+];
    };
}

warnings! {
    // Of the planner; a test of the daemon holds them to its words.
    DEBUG_CONTAINERS_LOST "debugContainersLost", "the pod's debug containers are lost";
    POD_MADE_AGAIN "podMadeAgain", "the pod is deleted and made again: its address changes, and what it has written outside of persistent volumes is lost, now and at the end";
    DAEMON_SET_PARKED "daemonSetParked", "the DaemonSet has no pod on any node while in DevMode";
    DEPLOYMENT_RESUMED "deploymentResumed", "the Deployment is paused: its rollout is resumed while in DevMode";
    RECREATED "recreated", "the old pod and the dev pod cannot run at the same time: strategy Recreate";
    NO_ROOM "noRoom", "the cluster has no room for the old pod and the dev pod at the same time: strategy Recreate";
    UPDATES_ON_DELETE "updatesOnDelete", "updates of the StatefulSet wait for its pods' deletion: not while in DevMode, and at its end all pods are made anew";
    SCHEDULE_PARKED "scheduleParked", "no job is started on schedule while in DevMode";
    ORIGIN_TOO_LARGE "originTooLarge", "the original is too large for an annotation: only the Secret holds it";
    HOST_NETWORK "hostNetwork", "the pod is on its node's network: so are the sidecar's ports, on loopback";
    RUNS_AS_ROOT "runsAsRoot", "the pod runs as user {user}: the dev container and the sidecar run as root";
    USER_ASSUMED "userAssumed", "nobody says whom the dev container runs as, only that it is not root: user {user}";
    SIDECAR_WANTS_ROOT "sidecarWantsRoot", "Nocalhost's sidecar is made to run as root, and may not start as another user";
    SIDECAR_FITTED "sidecarFitted", "the sidecar gets {resources}: so much is left to it by sidecarResources, the namespace's LimitRanges and the pod's own resources";
    NOT_SYNCED "notSynced", "{path} ({volume}) lies in the work dir and is not synchronised";
    FOLDER_MADE "folderMade", "an empty folder {folder} is made in {volume} ({path})";
    FILES_OVERWRITTEN "filesOverwritten", "files in {volume} are overwritten by those of the same name that are synchronised";
    WORK_DIR_KEPT "workDirKept", "the work dir lies in volume claim {claim}: what is deleted here between two sessions stays there, as what is made there does";
    OWNED_BY_OPERATOR "ownedByOperator", "{kind} {name} controls it and would undo every change";
    POD_FINISHED "podFinished", "the pod has finished ({phase}) and would run again when it is given back";
    CLAIMS_DELETED "claimsDeleted", "the pod's own volumes ({volumes}) are deleted with it, and their data with them";
    // Of a start's preparation.
    SCHEDULE_CATCHES_UP "scheduleCatchesUp", "at the end of DevMode the schedule may start one job that it missed: no permission to update cronjobs/status";
    AUTOSCALERS_UNSEEN "autoscalersUnseen", "an autoscaler of the workload would make more dev pods, of which one is synced, and whether there is one cannot be seen: no permission to list horizontalpodautoscalers";
    QUOTA_SHORT "quotaShort", "the dev pod will be refused as things are: quota {shortage}; sidecarResources in the dev configuration makes its sidecar ask for less, resources its dev container";
    ENV_SOURCE_UNSEEN "envSourceUnseen", "whether {object} is there, which envFrom names, cannot be seen: no permission to get it; without it the dev container does not start";
    PATCH_WITHOUT_EFFECT "patchWithoutEffect", "the API server does not know {fields} of the patched pod template, and leaves them out";
    CREDENTIALS_SYNCED "credentialsSynced", "{path} lies in the source folder and is synced into the pod, unless it is left out";
    CLAIMS_UNSEEN "claimsUnseen", "the StatefulSet has no pods: DevMode makes its volume claims {claims}, unless they are there, and they stay when it ends: no permission to get persistentvolumeclaims";
    CLAIMS_STAY "claimsStay", "the StatefulSet has no pods: DevMode makes its volume claims {claims}, which stay when it ends: persistentVolumeClaimRetentionPolicy does not say whenScaled: Delete";
    CLAIMS_GO "claimsGo", "the StatefulSet has no pods: DevMode makes its volume claims {claims}, which are deleted when it ends, as whenScaled: Delete says, with what is in them";
    CLAIMS_UNDELETABLE "claimsUndeletable", "the StatefulSet has no pods: DevMode makes its volume claims {claims}, which stay when it ends, although whenScaled: Delete says otherwise: no permission to delete persistentvolumeclaims";
    VOLUME_SMALLER "volumeSmaller", "{path} is in volume claim {claim}, which has {capacity} and not {wanted}: delete the claim to have another, with what is in it";
    VOLUME_OF_CLASS "volumeOfClass", "{path} is in volume claim {claim}, which is of storage class {class} and not of {wanted}: delete the claim to have another, with what is in it";
    VOLUME_SHARED "volumeShared", "{path} is in volume claim {claim}, which pod {pod} uses, too: the dev pod can only run on the same node";
    // Of a running session.
    AUTOSCALER_APPEARED "autoscalerAppeared", "the autoscaler {autoscaler} appeared in DevMode: it scales the dev pods, of which one is synced";
    AUTOSCALER_SCALES "autoscalerScales", "{writers} changed the autoscaler {autoscaler}: {differences}; it scales the dev pods, of which one is synced, and stays as it is when DevMode ends";
    AUTOSCALER_CHANGED "autoscalerChanged", "{writers} changed the autoscaler {autoscaler}: {differences}; it stays when DevMode ends";
    SCALED_UP "scaledUp", "the workload was scaled to {pods} dev pods; only {pod} is synced";
    COMPANION_NOT_READY "companionNotReady", "{cause}; it is not what is developed, so DevMode goes on without it, but Services send the pod no requests until all of its containers are ready";
    PUT_BACK_BY_OTHERS "putBackByOthers", "{writers} put the original container back beside the dev container: {differences}; it stays when DevMode ends";
    CHANGED_BY_OTHERS "changedByOthers", "{writers} changed {differences}; it stays when DevMode ends";
    OWN_STIGNORE "ownStignore", "there is a .stignore in the source folder, which counts: what is configured under sync has no effect";
    // Of an end.
    ADDED_BY_CLUSTER "addedByCluster", "the cluster has added to it since it was made, as to everything that is written: {differences}";
    SECRET_LEFT_ALONE "secretLeftAlone", "Secret {secret} is not one of nhd and was left alone; delete it if nobody needs it";
    CLAIMS_KEPT "claimsKept", "volume claim {claims}, made in DevMode, is kept";
    FILES_KEPT "filesKept", "local files that the pod changed or deleted are kept in {folder}";
    ORIGINAL_NOT_READY_YET "originalNotReadyYet", "the original pods are not ready yet: {cause}";
    ORIGINAL_NOT_READY_BEFORE "originalNotReadyBefore", "the original pods are not ready, and were not before DevMode either[: {cause}]";
    ORIGINAL_NOT_READY "originalNotReady", "the original pods do not become ready[: {cause}]";
    // Of the dev configuration.
    ANNOTATION_UNREAD "annotationUnread", "annotation dev.nocalhost of {workload} is left out: {cause}";
    CONFIG_KEY_UNKNOWN "configKeyUnknown", "{file}:{line}:{column}: {key} is not a key of the dev configuration";
    CONFIG_KEY_UNSUPPORTED "configKeyUnsupported", "{file}:{line}:{column}: {key} is not supported yet and has no effect";
    CONFIG_KEY_REPEATED "configKeyRepeated", "{file}:{line}:{column}: {key} is given again, and counts instead of {earlier}";
    CONFIG_VARIABLE_UNSET "configVariableUnset", "{file}:{line}:{column}: the variable {variable} is not set and has no default: it counts as empty (a plain $ is written $$)";
    CONFIG_ENV_FILE_MISSING "configEnvFileMissing", "{file}:{line}:{column}: envFile {envFile} is not there and has no effect";
    CONFIG_SAYS_NOTHING "configSaysNothing", "{file}:{line}:{column}: nothing is said about {wanted} here, only about {others}";
    CONFIG_WITHOUT_EFFECT "configWithoutEffect", "{file}:{line}:{column}: {problem}";
}
