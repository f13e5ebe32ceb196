//! What requests and sessions fail with.

use super::Message;
use crate::error::ErrorKind;

macro_rules! hint {
    () => {
        None
    };
    ($hint:literal) => {
        Some($hint)
    };
}

macro_rules! errors {
    ($($name:ident $kind:ident $code:literal, $text:literal $(, $hint:literal)?;)+) => {
        /// The errors by name.
        pub mod error {
            use super::{ErrorKind, Message};
            $(pub const $name: Message =
                Message { code: $code, kind: Some(ErrorKind::$kind), text: $text, hint: hint!($($hint)?) };)+
        }
        /// Every error that has a code.
        pub const ERRORS: &[Message] = &[$(error::$name,)+];
    };
}

errors! {
    // Of any request.
    PROTOCOL_MISMATCH ProtocolMismatch "protocolMismatch", "{client} speaks protocol {theirs}, and this daemon (nhd {version}) speaks {ours}", "update the older of the two; a daemon that is shut down keeps its sessions for the next";
    PARAMS_WRONG InvalidRequest "paramsWrong", "the parameters of {method} are wrong: {cause}", "see the method's parameters in the protocol's documentation";
    REQUEST_ID_MISSING InvalidRequest "requestIdMissing", "{method} is a request, and its id is missing or no string and no integer from 0 on";
    REQUEST_CANCELLED Cancelled "requestCancelled", "the client cancelled {method}";
    MEMBER_EMPTY InvalidRequest "memberEmpty", "{member} must not be empty";
    MEMBER_WRONG InvalidRequest "memberWrong", "{member} must be {expected}, not {value}";
    TIMEOUT_OUT_OF_RANGE InvalidRequest "timeoutOutOfRange", "the timeout must be from {least} s to {most} s";

    // Of a start's parameters and its dev configuration.
    IMAGE_MISSING InvalidRequest "imageMissing", "no dev image is given for {workload}";
    TOO_MANY_FORWARDS InvalidRequest "tooManyForwards", "a session forwards {limit} ports at most";
    SOURCE_UNUSABLE SourceMissing "sourceUnusable", "cannot sync the source folder {source}: {cause}", "name a folder that exists";
    SOURCE_HOLDS_DAEMON InvalidRequest "sourceHoldsDaemon", "the source folder {source} holds the daemon's own folder {folder}", "name the folder of the program alone, or move the daemon by NHD_HOME";
    SOURCE_IN_DAEMON InvalidRequest "sourceInDaemon", "the source folder {source} lies in the daemon's own folder {folder}", "name the folder of the program alone, or move the daemon by NHD_HOME";
    SOURCE_RULES_DIFFER SessionExists "sourceRulesDiffer", "{source} is synced by the session of {workload} with other rules for what is left out", "end that session first, or configure the same under sync for both";
    CONFIG_WRONG ConfigInvalid "configWrong", "{file}:{line}:{column}: {problem}", "mend it there; nothing was changed in the cluster";
    CONFIG_UNREADABLE ConfigInvalid "configUnreadable", "failed to read {file}[: {cause}]", "mend it there; nothing was changed in the cluster";
    CONFIG_TOO_LONG ConfigInvalid "configTooLong", "failed to read {file}: it is longer than {limit} bytes", "mend it there; nothing was changed in the cluster";
    PATCH_REFUSED ConfigInvalid "patchRefused", "cannot put {workload} into DevMode: the patch at {place} {problem}", "change the patch; it is applied to the workload in DevMode, or to the dev workload beside it, as the plan shows it without the patch";
    ENV_SOURCE_MISSING ConfigInvalid "envSourceMissing", "cannot put {workload} into DevMode: {object}, which envFrom names at {place}, is not there in namespace {namespace}", "make it, or name another one; nothing was changed";
    CONFIG_UNEDITABLE ConfigInvalid "configUneditable", "failed to set {key} in {file}: {cause}", "write it by hand";
    CONFIG_UNWRITABLE ConfigInvalid "configUnwritable", "failed to write {file}: {cause}", "make the file writable for yourself";

    // Of the way to a cluster.
    KUBECONFIG_UNNAMED KubeconfigInvalid "kubeconfigUnnamed", "no kubeconfig is named and there is no home folder", "name one in the request or in KUBECONFIG";
    KUBECONFIG_MISSING KubeconfigInvalid "kubeconfigMissing", "no kubeconfig found at {kubeconfig}", "name a kubeconfig, or set KUBECONFIG";
    KUBECONFIG_UNREADABLE KubeconfigInvalid "kubeconfigUnreadable", "failed to read kubeconfig {kubeconfig}[: {cause}]", "make the file readable for yourself";
    KUBECONFIG_MALFORMED KubeconfigInvalid "kubeconfigMalformed", "failed to parse kubeconfig {kubeconfig}[, {place}]", "check the file with `kubectl config view`";
    KUBECONFIG_UNMERGEABLE KubeconfigInvalid "kubeconfigUnmergeable", "failed to merge kubeconfig {kubeconfig} with those before it[: {cause}]", "check the file with `kubectl config view`";
    NO_CURRENT_CONTEXT ContextNotFound "noCurrentContext", "no current context in kubeconfig {kubeconfig}";
    CONTEXT_NOT_FOUND ContextNotFound "contextNotFound", "no context {context} in kubeconfig {kubeconfig}";
    CLUSTER_NOT_IN_KUBECONFIG KubeconfigInvalid "clusterNotInKubeconfig", "no cluster {cluster} in the kubeconfig, which context {context} names", "check the context with `kubectl config view --minify`";
    CERTIFICATE_AUTHORITY_UNREADABLE KubeconfigInvalid "certificateAuthorityUnreadable", "failed to read the certificate authority of context {context}[: {cause}]", "check the certificate entries of the context's cluster and user in the kubeconfig";
    CONTEXT_UNUSABLE KubeconfigInvalid "contextUnusable", "failed to use context {context}[: {cause}]", "check the context with `kubectl config view --minify`";
    PROXY_UNUSABLE KubeconfigInvalid "proxyUnusable", "the proxy {proxy} cannot be used", "use an http, https or socks5 URL";
    EXEC_PLUGIN_MISSING KubeconfigInvalid "execPluginMissing", "failed to find the exec plugin {command} of context {context}";
    EXEC_PLUGIN_INTERACTIVE KubeconfigInvalid "execPluginInteractive", "the exec plugin {command} of context {context} wants a terminal, which a daemon has not", "sign in with the cloud's own tool first, then repeat";
    EXEC_PLUGIN_FAILED Unauthorized "execPluginFailed", "the exec plugin {command} of context {context} failed ({status}): {output}", "sign in with the cloud's own tool first, then repeat";
    TOKEN_REFUSED KubeconfigInvalid "tokenRefused", "the API server refuses the token that the exec plugin of context {context} gives", "sign in with the cloud's own tool first, then repeat";
    CREDENTIALS_UNOBTAINABLE Unauthorized "credentialsUnobtainable", "failed to obtain credentials for context {context}[: {cause}]", "sign in with the cloud's own tool first, then repeat";
    TOKEN_FILE_UNREADABLE KubeconfigInvalid "tokenFileUnreadable", "failed to read the token of context {context} from {file}[: {cause}]", "make the file readable for yourself";
    CERTIFICATE_UNUSABLE KubeconfigInvalid "certificateUnusable", "failed to use the certificates of context {context}[: {cause}]", "check the certificate entries of the context's cluster and user in the kubeconfig";
    CLIENT_UNMAKEABLE KubeconfigInvalid "clientUnmakeable", "failed to make a client for context {context}[: {cause}]", "check the context with `kubectl config view --minify`";
    CLIENT_TIMED_OUT KubeconfigInvalid "clientTimedOut", "no client for kubeconfig {kubeconfig} within {seconds} s", "an exec plugin may be waiting: try `kubectl get namespaces`";
    CLIENT_INTERRUPTED KubeconfigInvalid "clientInterrupted", "making a client was interrupted[: {cause}]", "repeat; if it happens again it is a defect of nhd";
    NO_OTHER_WAY KubeconfigInvalid "noOtherWay", "nothing was named";
    NO_WAY_LEADS_THERE KubeconfigInvalid "noWayLeadsThere", "{cause}; and what was named since: {other}";
    CLUSTER_UNREACHABLE ClusterUnreachable "clusterUnreachable", "failed to {action} {object}[: {cause}]", "check the network, the VPN and the server in the kubeconfig";
    UNAUTHORIZED Unauthorized "unauthorized", "failed to {action} {object}[: {cause}]", "sign in to the cluster again";
    FORBIDDEN PermissionDenied "forbidden", "failed to {action} {object}[: {cause}]", "ask the cluster's administrator for this permission";
    OBJECT_REFUSED WorkloadUnsuitable "objectRefused", "failed to {action} {object}[: {cause}]", "an admission policy or the API server refuses it; see the message";
    CLUSTER_ERROR ClusterError "clusterError", "failed to {action} {object}[: {cause}]", "try again; the log of the daemon has more";
    CLUSTER_NOT_CONNECTED ClusterUnreachable "clusterNotConnected", "the cluster is not connected";
    CONTEXT_LEADS_ELSEWHERE AnotherCluster "contextLeadsElsewhere", "context {context} leads to another cluster, at {server}, or does not let it be told apart";
    CONTEXT_MOVED AnotherCluster "contextMoved", "context {context} of {kubeconfig} leads to another cluster now, at {server}; this session is of the one with the uid {uid}", "point the context at the session's own cluster again; nothing is done in the other one";

    // Of the workload.
    NAMESPACE_NOT_FOUND NamespaceNotFound "namespaceNotFound", "there is no namespace {namespace}", "name the workload's namespace";
    WORKLOAD_NOT_FOUND WorkloadNotFound "workloadNotFound", "there is no {workload}";
    PERMISSIONS_MISSING PermissionDenied "permissionsMissing", "not allowed to put {workload} into DevMode and back: missing the permission to {permissions}";
    KIND_UNSUPPORTED UnsupportedKind "kindUnsupported", "cannot put {workload} into DevMode: cannot develop in a {kind}";
    CONTAINER_NOT_FOUND ContainerNotFound "containerNotFound", "cannot put {workload} into DevMode: no container {container} in the pod template, which has {containers}", "name the container to develop in: one of {containers}";
    CONTAINER_AMBIGUOUS ContainerAmbiguous "containerAmbiguous", "cannot put {workload} into DevMode: the pod template has several containers ({containers}) and none was chosen", "name the container to develop in: one of {containers}";
    EDITED_ALREADY InDevModeElsewhere "editedAlready", "cannot put {workload} into DevMode: the workload is already in DevMode", "end that session first; its annotation nocalhost.origin.spec.json or its Secret hold the original";
    IN_DEV_MODE_BY_NOCALHOST InDevModeElsewhere "inDevModeByNocalhost", "cannot put {workload} into DevMode: the workload is already in DevMode, started by Nocalhost", "end DevMode in Nocalhost first (nhctl dev end)";
    NAME_TAKEN WorkloadUnsuitable "nameTaken", "cannot put {workload} into DevMode: the workload already has {what}, which DevMode needs for itself", "rename it in the workload's manifest, or remove it";
    WORK_DIR_WRONG WorkDirUnsuitable "workDirWrong", "cannot put {workload} into DevMode: cannot synchronise into {workDir}: {cause}";
    WORK_DIR_MOUNTED WorkDirUnsuitable "workDirMounted", "cannot put {workload} into DevMode: cannot synchronise into {workDir}: the container mounts {volume} ({volumeKind}) there";
    FOLDER_MOUNTED WorkDirUnsuitable "folderMounted", "cannot put {workload} into DevMode: cannot keep {path}: the container mounts {volume} there";
    FOLDER_WRONG WorkDirUnsuitable "folderWrong", "cannot put {workload} into DevMode: cannot keep {path}: {cause}";
    WORK_DIR_READ_ONLY WorkDirUnsuitable "workDirReadOnly", "cannot put {workload} into DevMode: cannot mount a volume at {path}: it lies in the read-only mount of {volume} at {mountPath}", "choose a work dir outside of that mount";
    OPERATOR_OWNS WorkloadUnsuitable "operatorOwns", "cannot put {workload} into DevMode: {ownerKind} {ownerName} controls it and would undo every change", "pause {ownerKind} {ownerName} first, or force it: it may undo DevMode at any moment";
    ROLLOUT_UNDER_WAY WorkloadUnsuitable "rolloutUnderWay", "cannot put {workload} into DevMode: its pods are of two revisions: an update is under way or held back";
    BEING_DELETED WorkloadUnsuitable "beingDeleted", "cannot put {workload} into DevMode: it is being deleted", "wait until it is gone and made again";
    POD_OWNED WorkloadUnsuitable "podOwned", "cannot put {workload} into DevMode: the pod belongs to {ownerKind} {ownerName}, which would replace it";
    POD_STATIC WorkloadUnsuitable "podStatic", "cannot put {workload} into DevMode: the pod is a static one, which only the kubelet of its node makes", "choose a workload that the API server manages";
    POD_FINISHED WorkloadUnsuitable "podHasFinished", "cannot put {workload} into DevMode: the pod has finished ({phase}) and would run again when it is given back", "make the pod anew, or force it";
    CLAIMS_LOST WorkloadUnsuitable "claimsLost", "cannot put {workload} into DevMode: the pod's own volumes ({volumes}) are deleted with it, and their data with them", "save what is needed of them, then force it";
    MANIFEST_MALFORMED WorkloadUnsuitable "manifestMalformed", "cannot put {workload} into DevMode: the manifest is malformed at {path}";
    ROLLOUT_PAUSED WorkloadUnsuitable "rolloutPaused", "cannot put {workload} into DevMode: its rollout is paused half way", "resume the rollout or undo it first; nothing was changed";
    AUTOSCALER_DRIVEN WorkloadUnsuitable "autoscalerDriven", "cannot put {workload} into DevMode: {ownerKind} {ownerName} controls its autoscaler {autoscaler} and would undo every change of it", "pause {ownerKind} {ownerName} for the time of DevMode; nothing was changed";
    DEV_WORKLOAD_NAME_TAKEN WorkloadUnsuitable "devWorkloadNameTaken", "cannot put {workload} into DevMode: there is {object} already, whose name DevMode needs", "it may be left of an earlier DevMode: look at it, and delete {object} if nobody needs it";
    DEV_POD_REFUSED WorkloadUnsuitable "devPodRefused", "the cluster refuses the dev pod of {workload}: {cause}";
    RECORD_TOO_LARGE WorkloadUnsuitable "recordTooLarge", "the record of the original manifest takes {size} bytes, and a Secret holds {limit}";

    // Of others who have the workload.
    TAKEN InDevModeElsewhere "taken", "{workload} is in DevMode already, by {owner}", "ask them to end their session, end it there, or take it over";
    TAKEN_BY_LATER InDevModeElsewhere "takenByLater", "{workload} is in DevMode already[, by {owner}]; its record in Secret {secret} is of version {version}, which is later than this nhd knows", "end it with the nhd that began it, or update this one";
    TAKEN_RECORD_DAMAGED InDevModeElsewhere "takenRecordDamaged", "{workload} is in DevMode already[, by {owner}]; its record in Secret {secret} cannot be read", "end it there, or take it over, which gives it back by what its annotation has";
    SECRET_FOREIGN InDevModeElsewhere "secretForeign", "{workload} has a Secret {secret} that this nhd did not make", "another tool has it in DevMode: end it there, or delete Secret {secret} if nobody needs it";
    TAKEN_OVER InDevModeElsewhere "takenOver", "{workload} was taken over";
    IN_DEV_MODE_BY_OTHERS InDevModeElsewhere "inDevModeByOthers", "this daemon has no session of {workload}, which is in DevMode {who}", "ask them to end it; or take it over, which gives it back by what they left in the cluster, and stops their work";
    DEV_MODE_UNTOLD ClusterError "devModeUntold", "this daemon has no session of {workload}, and whether others have it in DevMode cannot be told: {cause}";
    RECORD_REPLACED InDevModeElsewhere "recordReplaced", "Secret {secret} is not the record of {workload} any more, nor of another session of nhd", "end this session, which gives the workload back and leaves that Secret alone, then start again";
    RECORD_GONE InDevModeElsewhere "recordGone", "the record of {workload} in the cluster is gone: somebody has ended its DevMode by it, or has deleted it", "end this session, which gives back what is left of DevMode, then start again";
    RECORD_LOST InDevModeElsewhere "recordLost", "{workload} is in DevMode, but Secret {secret} cannot be read, and its annotation does not have the original", "end it with the nhd that began it, or apply the workload's own manifest again";
    NOT_IN_DEV_MODE SessionNotFound "notInDevMode", "{workload} is not in DevMode: neither a record in the cluster nor an annotation says so", "the list of workloads shows what is in DevMode, and by whom";
    WORKLOAD_REPLACED WorkloadNotFound "workloadReplaced", "{workload} was deleted, or deleted and made anew", "end this session, then start a new one on what is there";
    NAMESPACE_REPLACED NamespaceNotFound "namespaceReplaced", "namespace {namespace} was deleted, or deleted and made again, and {workload} with all that was in it", "end this session, then start a new one on what is there";
    WORKLOAD_OVERWRITTEN WorkloadOverwritten "workloadOverwritten", "{writers} overwrote {workload} while it was in DevMode", "end this session, which keeps what they wrote and takes back what is left of DevMode, then start again";
    WORKLOAD_CHANGED ClusterError "workloadChanged", "the workload changed meanwhile";
    STEP_IN_VAIN ClusterError "stepInVain", "{step} was done {times} times for {workload}, and each time the cluster was as before", "see what undoes it, such as an admission webhook or an operator; it is tried again, ever later";

    // Of the dev pod and the original's.
    DEV_POD_CANNOT_RUN PodNotReady "devPodCannotRun", "the dev pod of {workload} cannot run[: {cause}]";
    DEV_POD_NOT_READY PodNotReady "devPodNotReady", "the dev pod of {workload} is not ready after {seconds} s[: {cause}]";
    POD_NOT_RELEASED PodNotReady "podNotReleased", "{workload} is being deleted and does not go[, held by {finalizers}]";
    PODS_NOT_READY_BEFORE PodNotReady "podsNotReadyBefore", "the original pods are not ready, and were not before DevMode either[: {cause}]", "they are as they would be without DevMode: see why in their events";
    PODS_NOT_READY PodNotReady "podsNotReady", "the original pods do not become ready[: {cause}]", "they are as they would be without DevMode: see why in their events";

    // Of persistent folders and their volume claims.
    VOLUME_NAME_TAKEN VolumeUnavailable "volumeNameTaken", "cannot keep {path} of {workload}: volume claim {claim} is there and is not one that nhd made for it", "rename or delete that claim, or take {path} out of persistentVolumeDirs";
    VOLUME_LEAVING VolumeUnavailable "volumeLeaving", "cannot keep {path} of {workload}: volume claim {claim} is being deleted", "start again when it is gone; it stays for as long as a pod uses it";
    VOLUME_LOST VolumeUnavailable "volumeLost", "cannot keep {path} of {workload}: volume claim {claim} has lost its volume", "delete the claim to begin with an empty folder; what was in the lost volume is not in the claim";
    STORAGE_CLASS_UNKNOWN VolumeUnavailable "storageClassUnknown", "cannot keep {path} of {workload}: there is no storage class {class}, and no free volume of that class that has {capacity}";
    STORAGE_CLASS_MISSING VolumeUnavailable "storageClassMissing", "cannot keep {path} of {workload}: the cluster has no default storage class, none is configured, and there is no free volume without a class that has {capacity}";
    VOLUME_NOT_MADE VolumeUnavailable "volumeNotMade", "cannot keep {path} of {workload}: storage class {class} makes no volumes by itself, and there is no free one of it that has {capacity}", "have somebody make a PersistentVolume of that class, or name another storageClass";
    VOLUME_REFUSED VolumeUnavailable "volumeRefused", "cannot keep {path} of {workload}: the cluster refuses volume claim {claim}: {cause}", "raise the quota or the limit that the message names, or give the folder a smaller capacity in persistentVolumeDirs";
    VOLUME_UNBOUND VolumeUnavailable "volumeUnbound", "cannot keep {path} of {workload}: volume claim {claim} has no volume after {seconds} s[: {cause}]", "see whether the provisioner of the storage class is at work, or have somebody make a PersistentVolume that fits";
    VOLUME_NOT_FOUND VolumeNotFound "volumeNotFound", "there is no volume claim {claim} in namespace {namespace}", "the list of volumes shows those that there are";
    VOLUME_NOT_OURS VolumeNotFound "volumeNotOurs", "volume claim {claim} in namespace {namespace} is not one that nhd made", "delete it with kubectl, if nobody needs it";
    VOLUME_IN_USE VolumeInUse "volumeInUse", "volume claim {claim} in namespace {namespace} is used by {users}", "end that session first, or force it: the claim then goes with the last pod that uses it";

    // Of sessions.
    SESSION_NOT_FOUND SessionNotFound "sessionNotFound", "there is no session {session}", "look it up in the list of sessions; one that ended long ago is forgotten";
    WORKLOAD_WITHOUT_SESSION SessionNotFound "workloadWithoutSession", "there is no session of {workload}", "look it up in the list of sessions; one that ended long ago is forgotten";
    NO_SESSION SessionNotFound "noSession", "there is no session", "look it up in the list of sessions; one that ended long ago is forgotten";
    SESSIONS_AMBIGUOUS InvalidRequest "sessionsAmbiguous", "several sessions match: {workloads}", "name the namespace or the session";
    SESSION_DIFFERS SessionExists "sessionDiffers", "{workload} has a session with other parameters: {differences}", "end that session first, or start with its parameters";
    IN_DEV_MODE_HERE SessionExists "inDevModeHere", "{workload} is in DevMode already", "end that session first";
    SESSION_IS_OWN SessionExists "sessionIsOwn", "{workload} is in DevMode by this daemon itself", "end that session";
    SESSION_ENDING SessionEnding "sessionEnding", "the session of {workload} is being ended", "start again when it has ended";
    END_OF_NOTHING InvalidRequest "endOfNothing", "no session or workload to end is named", "name one, or say `all`";
    SESSION_ENDED Cancelled "sessionEnded", "the session of {workload} was ended meanwhile";
    SESSION_GONE Cancelled "sessionGone", "the session ended meanwhile";
    SESSION_BEING_ENDED Cancelled "sessionBeingEnded", "the session is being ended";
    STEP_INTERRUPTED Cancelled "stepInterrupted", "something else has to come first";
    SESSION_BUSY Timeout "sessionBusy", "{workload} is busy with a step for {seconds} s", "ask again; its status says what it does";
    WAIT_TIMED_OUT Timeout "waitTimedOut", "the session of {workload} is not {goal} after {seconds} s[: {cause}]";
    SESSION_FAULT Internal "sessionFault", "nhd met a fault of its own in this session", "restart the daemon: it goes on with the session from its store";

    // Of the sync.
    SYNC_PAUSED SyncPaused "syncPaused", "the sync of {workload} is paused", "resume it";
    SYNC_HELD SyncPaused "syncHeld", "the sync is paused", "resume it";
    SYNC_STOPPED Cancelled "syncStopped", "the sync of this session was stopped";
    NOT_SYNCING SyncFailed "notSyncing", "files are not being synced";
    FIRST_SYNC_INCOMPLETE SyncFailed "firstSyncIncomplete", "the first sync is not complete", "wait for it, or end the session";
    FIRST_SYNC_HALTED SyncFailed "firstSyncHalted", "the first sync of {workload} has come no further for {seconds} s: {cause}";
    SYNC_FAILED SyncFailed "syncFailed", "{cause}";
    SOURCE_LOST SourceMissing "sourceLost", "{cause}";
    SYNC_STUCK SyncFailed "syncStuck", "the container does not take {paths} paths";
    PATH_OUTSIDE InvalidRequest "pathOutside", "{path} is not a path in the source folder", "name it relative to that folder";
    SYNCTHING_NOT_EXECUTABLE SyncthingMissing "syncthingNotExecutable", "the configured syncthing {path} is not an executable file", "check the path in the configuration, or remove it to use PATH";
    SYNCTHING_NOT_FOUND SyncthingMissing "syncthingNotFound", "syncthing was not found on the PATH of the client ({searched})";
    SYNCTHING_SILENT SyncthingMissing "syncthingSilent", "failed to ask {path} for its version[: {cause}]", "run it with --version to see whether it works and is syncthing";
    SYNCTHING_UNKNOWN SyncthingMissing "syncthingUnknown", "{path} did not name its version, but said «{said}»", "run it with --version to see whether it works and is syncthing";
    SYNCTHING_TOO_OLD SyncthingTooOld "syncthingTooOld", "{path} is version {version}, and nhd needs {least} or later";

    // Of forwards.
    REMOTE_PORT_WRONG InvalidRequest "remotePortWrong", "remotePort must be a port from 1 to 65535", "name the port on which the program in the pod listens";
    FORWARD_UNNAMED InvalidRequest "forwardUnnamed", "no forward to end is named", "name its localPort or its remotePort";
    FORWARD_OF_SYNC InvalidRequest "forwardOfSync", "the sync of {workload} needs this forward", "it ends with the session";
    FORWARDS_AMBIGUOUS InvalidRequest "forwardsAmbiguous", "several sessions have such a forward: {workloads}", "name the session, or the local port";
    FORWARDS_FULL InvalidRequest "forwardsFull", "{workload} forwards {limit} ports, which is the most", "end one first";
    PORT_WANTED LocalPortTaken "portWanted", "127.0.0.1:{port} is wanted for port {remotePort} of {workload} already", "end that forward first, or choose another local port";
    PORT_TAKEN LocalPortTaken "portTaken", "failed to listen on {address}[: {cause}]";
    PORT_FORWARDED LocalPortTaken "portForwarded", "failed to listen on {address}: this daemon forwards it already, to port {remotePort} of a pod";
    PORT_DENIED LocalPortDenied "portDenied", "failed to listen on {address}[: {cause}]";
    LISTEN_FAILED ForwardFailed "listenFailed", "failed to listen on {address}[: {cause}]";

    // Of the daemon.
    STORE_FAILED StoreFailed "storeFailed", "{cause}", "check that the disk of the daemon's home is not full";
    IDENTITY_FAILED Internal "identityFailed", "{cause}";
}
