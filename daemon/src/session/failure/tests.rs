//! That every failure says as data what it says in English.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use kube::config::KubeconfigError;
use nhd_plan::{ConfigPlace, PlanError};
use nhd_protocol::error::{Choices, ErrorKind, MissingPermission, error_chain};
use nhd_protocol::message::{Notice, WARNINGS};
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

use super::cluster::refused_permission;
use super::*;
use crate::cluster::record::RecordError;
use crate::cluster::{ClusterError, ConnectError};
use crate::forward::ForwardError;
use crate::store::StoreError;
use crate::sync::{BinaryError, SyncError};

fn text(text: &str) -> String {
    text.to_owned()
}

/// The English is that of the error itself, and each argument is in it.
fn check(kind: ErrorKind, code: &str, message: &str, failure: &Failure) {
    let info = &failure.info;
    assert_eq!((info.kind, info.code.as_deref(), info.message.as_str()), (kind, Some(code), message));
    for (name, value) in info.arguments.iter() {
        assert!(message.contains(value.as_str()), "{code}: {name} {value}");
    }
}

#[test]
fn every_reason_against_a_plan_is_told_as_data() {
    let workload = WorkloadRef { namespace: text("shop"), kind: WorkloadKind::Deployment, name: text("web") };
    let two = vec![text("a"), text("b")];
    let kind = text("ReplicaSet");
    let name = text("web-1");
    use ErrorKind::{
        ConfigInvalid, ContainerAmbiguous, ContainerNotFound, InDevModeElsewhere, UnsupportedKind,
        WorkDirUnsuitable, WorkloadUnsuitable,
    };
    for (error, expect, code) in [
        (
            PlanError::UnsupportedKind { kind: kind.clone(), known: vec!["Pod"] },
            UnsupportedKind,
            "kindUnsupported",
        ),
        (
            PlanError::NoSuchContainer { name: text("c"), available: two.clone() },
            ContainerNotFound,
            "containerNotFound",
        ),
        (PlanError::AmbiguousContainer { available: two.clone() }, ContainerAmbiguous, "containerAmbiguous"),
        (PlanError::AlreadyInDevMode { by_nocalhost: true }, InDevModeElsewhere, "inDevModeByNocalhost"),
        (PlanError::AlreadyInDevMode { by_nocalhost: false }, InDevModeElsewhere, "editedAlready"),
        (PlanError::NameTaken { what: text("a volume x") }, WorkloadUnsuitable, "nameTaken"),
        (
            PlanError::InvalidWorkDir { work_dir: text("/"), reason: "it is the root" },
            WorkDirUnsuitable,
            "workDirWrong",
        ),
        (
            PlanError::WorkDirMounted { work_dir: text("/d"), volume: text("v"), kind: text("hostPath") },
            WorkDirUnsuitable,
            "workDirMounted",
        ),
        (
            PlanError::InsideReadOnlyMount { path: text("/d"), volume: text("v"), mount_path: text("/") },
            WorkDirUnsuitable,
            "workDirReadOnly",
        ),
        (
            PlanError::FolderMounted { path: text("/go"), volume: text("v") },
            WorkDirUnsuitable,
            "folderMounted",
        ),
        (
            PlanError::InvalidFolder { path: text("/usr"), reason: "it would hide what the image has there" },
            WorkDirUnsuitable,
            "folderWrong",
        ),
        (
            PlanError::OwnedByOperator { kind: kind.clone(), name: name.clone() },
            WorkloadUnsuitable,
            "operatorOwns",
        ),
        (PlanError::RolloutUnderWay, WorkloadUnsuitable, "rolloutUnderWay"),
        (PlanError::BeingDeleted, WorkloadUnsuitable, "beingDeleted"),
        (PlanError::PodOwned { kind, name }, WorkloadUnsuitable, "podOwned"),
        (PlanError::StaticPod, WorkloadUnsuitable, "podStatic"),
        (PlanError::PodFinished { phase: text("Failed") }, WorkloadUnsuitable, "podHasFinished"),
        (PlanError::EphemeralClaims { volumes: two }, WorkloadUnsuitable, "claimsLost"),
        (PlanError::MalformedManifest { path: text("spec") }, WorkloadUnsuitable, "manifestMalformed"),
        (
            PlanError::PatchRefused {
                place: ConfigPlace { file: text("c.yaml"), line: 3, column: 5 },
                problem: text("does not apply"),
            },
            ConfigInvalid,
            "patchRefused",
        ),
    ] {
        let failure = Failure::plan(&workload, &error);
        check(expect, code, &format!("cannot put {workload} into DevMode: {error}"), &failure);
        assert_eq!(failure.info.hint, error.hint(), "{code}");
        let data = failure.info.data;
        let place = data.as_ref().and_then(|data| data.location.as_ref()).map(|it| (it.line, it.column));
        assert_eq!(place, (code == "patchRefused").then_some((3, 5)), "{code}");
        let chosen = data.filter(|_| place.is_none()).map(|data| (data.choices_of, data.choices));
        let expect = match code {
            "kindUnsupported" => Some((Some(Choices::Kind), vec![text("Pod")])),
            "containerNotFound" | "containerAmbiguous" => {
                Some((Some(Choices::Container), vec![text("a"), text("b")]))
            }
            _ => None,
        };
        assert_eq!(chosen, expect, "{code}");
    }
}

#[test]
fn every_reason_against_a_client_is_told_as_data() {
    let paths = || vec![PathBuf::from("/a"), PathBuf::from("/b")];
    let context = || text("dev");
    let path = || PathBuf::from("/a");
    let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
    let source = || Box::new(KubeconfigError::CurrentContextNotSet);
    use ErrorKind::{ContextNotFound, KubeconfigInvalid, Unauthorized};
    for (error, expect, code) in [
        (ConnectError::KubeconfigMissing { paths: paths() }, KubeconfigInvalid, "kubeconfigMissing"),
        (
            ConnectError::KubeconfigRead { path: path(), source: denied() },
            KubeconfigInvalid,
            "kubeconfigUnreadable",
        ),
        (
            ConnectError::KubeconfigParse { path: path(), place: text("line 1, column 2") },
            KubeconfigInvalid,
            "kubeconfigMalformed",
        ),
        (
            ConnectError::KubeconfigMerge { path: path(), source: source() },
            KubeconfigInvalid,
            "kubeconfigUnmergeable",
        ),
        (
            ConnectError::NoCurrentContext { paths: paths(), contexts: vec![text("one")] },
            ContextNotFound,
            "noCurrentContext",
        ),
        (
            ConnectError::ContextMissing { context: context(), paths: paths(), contexts: vec![text("one")] },
            ContextNotFound,
            "contextNotFound",
        ),
        (
            ConnectError::ClusterMissing { context: context(), cluster: text("c") },
            KubeconfigInvalid,
            "clusterNotInKubeconfig",
        ),
        (
            ConnectError::CertificateAuthority { context: context(), source: source() },
            KubeconfigInvalid,
            "certificateAuthorityUnreadable",
        ),
        (
            ConnectError::Context { context: context(), source: source() },
            KubeconfigInvalid,
            "contextUnusable",
        ),
        (ConnectError::Proxy { url: text("ftp://x") }, KubeconfigInvalid, "proxyUnusable"),
        (
            ConnectError::ExecPluginMissing { command: text("aws"), context: context(), install_hint: None },
            KubeconfigInvalid,
            "execPluginMissing",
        ),
        (
            ConnectError::ExecPluginInteractive { command: text("aws"), context: context() },
            KubeconfigInvalid,
            "execPluginInteractive",
        ),
        (
            ConnectError::ExecPluginFailed {
                command: text("aws"),
                context: context(),
                status: ExitStatus::from_raw(256),
                stderr: text("expired"),
            },
            Unauthorized,
            "execPluginFailed",
        ),
        (ConnectError::TokenRefused { context: context() }, KubeconfigInvalid, "tokenRefused"),
        (
            ConnectError::TokenFile { context: context(), path: path(), source: denied() },
            KubeconfigInvalid,
            "tokenFileUnreadable",
        ),
        (
            ConnectError::Timeout { paths: paths(), limit: Duration::from_secs(20) },
            KubeconfigInvalid,
            "clientTimedOut",
        ),
    ] {
        let (message, hint) = (error_chain(&error), error.hint());
        let failure = Failure::from(error);
        check(expect, code, &message, &failure);
        assert_eq!(failure.info.hint, Some(hint), "{code}");
        let chosen = failure.info.data.map(|data| (data.choices_of, data.choices));
        let expect = (expect == ContextNotFound).then(|| (Some(Choices::Context), vec![text("one")]));
        assert_eq!(chosen, expect, "{code}");
    }
}

#[test]
fn every_failure_on_this_machine_is_told_as_data() {
    let listen = |kind: io::ErrorKind| ForwardError::Listen {
        local: "127.0.0.1:80".parse().expect("an address"),
        source: kind.into(),
    };
    let path = || PathBuf::from("/s");
    fn of<E: std::error::Error>(error: E) -> (String, Failure)
    where
        Failure: From<E>,
    {
        (error_chain(&error), error.into())
    }
    use ErrorKind::{
        Cancelled, ForwardFailed, LocalPortDenied, LocalPortTaken, StoreFailed, SyncFailed, SyncPaused,
        SyncthingMissing, SyncthingTooOld, WorkloadUnsuitable,
    };
    let old = crate::sync::OLDEST_SYNCTHING;
    for ((message, failure), kind, code) in [
        (of(StoreError::TooNew { path: path(), version: 9 }), StoreFailed, "storeFailed"),
        (of(listen(io::ErrorKind::AddrInUse)), LocalPortTaken, "portTaken"),
        (of(listen(io::ErrorKind::PermissionDenied)), LocalPortDenied, "portDenied"),
        (of(listen(io::ErrorKind::AddrNotAvailable)), ForwardFailed, "listenFailed"),
        (of(BinaryError::NotExecutable { path: path() }), SyncthingMissing, "syncthingNotExecutable"),
        (of(BinaryError::NotFound { path_variable: text("/bin") }), SyncthingMissing, "syncthingNotFound"),
        (
            of(BinaryError::Unreadable { path: path(), said: text("hi") }),
            SyncthingMissing,
            "syncthingUnknown",
        ),
        (of(BinaryError::TooOld { path: path(), found: old }), SyncthingTooOld, "syncthingTooOld"),
        (of(SyncError::Paused), SyncPaused, "syncHeld"),
        (of(SyncError::Stopped), Cancelled, "syncStopped"),
        (of(SyncError::Stuck { need_files: 3, only_deletions: false }), SyncFailed, "syncStuck"),
        (of(SyncError::SocketPath { path: path(), limit: 9 }), SyncFailed, "syncFailed"),
        (of(RecordError::TooLarge { size: 1 }), WorkloadUnsuitable, "recordTooLarge"),
    ] {
        check(kind, code, &message, &failure);
    }
}

#[test]
fn a_refused_request_names_the_permission_that_is_missing() {
    let answer = |code: u16, reason: &str, message: &str| {
        let status = kube::core::Status::failure(message, reason).with_code(code);
        ClusterError::new("read", "pod shop/web", kube::Error::Api(status.boxed()))
    };
    let refused = "pods \"web\" is forbidden: User \"ann\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"shop\"";
    let missing = MissingPermission {
        verb: text("get"),
        group: String::new(),
        resource: text("pods"),
        subresource: Some(text("log")),
        namespace: Some(text("shop")),
        name: Some(text("web")),
    };
    let error = answer(403, "Forbidden", refused);
    let message = error_chain(&error);
    let failure = Failure::from(error);
    check(ErrorKind::PermissionDenied, "forbidden", &message, &failure);
    assert_eq!(failure.info.data.expect("data").missing, std::slice::from_ref(&missing));
    let wide = "deployments.apps is forbidden: User \"a\" cannot list resource \"deployments\" in API group \"apps\" at the cluster scope";
    let expect = MissingPermission {
        verb: text("list"),
        group: text("apps"),
        resource: text("deployments"),
        subresource: None,
        namespace: None,
        name: None,
    };
    assert_eq!(refused_permission(wide), Some(expect));
    for other in ["", "no", "x is forbidden: no reason", "x is forbidden: y cannot do", &refused[..70]] {
        assert_eq!(refused_permission(other), None, "{other}");
    }
    for (code, reason, kind, word) in [
        (401, "Unauthorized", ErrorKind::Unauthorized, "unauthorized"),
        (422, "Invalid", ErrorKind::WorkloadUnsuitable, "objectRefused"),
        (503, "ServiceUnavailable", ErrorKind::ClusterUnreachable, "clusterUnreachable"),
        (418, "Teapot", ErrorKind::ClusterError, "clusterError"),
    ] {
        let error = answer(code, reason, "no");
        let message = error_chain(&error);
        let failure = Failure::from(error);
        check(kind, word, &message, &failure);
        assert_eq!(failure.info.data, None);
    }
}

#[test]
fn every_warning_of_a_plan_has_a_code() {
    for text in nhd_plan::WARNINGS {
        let known = WARNINGS.iter().any(|message| message.text == *text);
        assert!(known, "no message of the protocol is: {text}");
    }
    let (kind, name) = (text("Rollout"), text("web"));
    for (forced, code) in [
        (PlanError::OwnedByOperator { kind, name }, "ownedByOperator"),
        (PlanError::PodFinished { phase: text("Failed") }, "podFinished"),
        (PlanError::EphemeralClaims { volumes: vec![text("a"), text("b")] }, "claimsDeleted"),
    ] {
        assert_eq!(Notice::of(&forced.to_string()).code.as_deref(), Some(code));
    }
}
