// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.concurrent.CompletableFuture;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;

/**
 * The daemon's methods. An answer that is an error completes the future with a {@code ResponseErrorException};
 * {@code cancel} of that future, and not of one made from it, gives the request up at the daemon, too.
 */
public interface DaemonMethods {
    /** The version of the protocol that these types describe. */
    long PROTOCOL_VERSION = 1;

    /**
     * {@code daemon.hello}: Says who calls and who answers, and fails where the two do not speak the same protocol.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code protocolMismatch}, {@code cancelled}, {@code internal}.
     *
     * @param params Who calls. A daemon that speaks another protocol version answers with {@code protocolMismatch}.
     * @return Who answers.
     */
    @JsonRequest("daemon.hello")
    CompletableFuture<HelloResult> daemonHello(HelloParams params);

    /**
     * {@code daemon.shutdown}: Stops the daemon. Sessions stay in DevMode; the next daemon goes on with them.
     *
     * <p>Sent again, it is done again.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}.
     *
     * @return Sessions live on: the next daemon picks them up again where the cluster is.
     */
    @JsonRequest("daemon.shutdown")
    CompletableFuture<ShutdownResult> daemonShutdown();

    /**
     * {@code daemon.doctor}: Looks at everything that a session stands on, and says of each what is wrong and what
     * to do about it: kubeconfig, credentials, cluster, permissions, syncthing, limits and disk of this machine,
     * and what earlier sessions left. Changes nothing. Without a cluster the checks of it are skipped and say why;
     * what fails hides nothing else. Takes 45 s at most.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}.
     *
     * @param params Where to look. All of it is as in {@code session.start}, so that what is found is what a start
     *     would meet.
     * @return Everything that was looked at. Nothing in it is secret.
     */
    @JsonRequest("daemon.doctor")
    CompletableFuture<DoctorReport> daemonDoctor(DoctorParams params);

    /**
     * {@code session.plan}: Says what a start would change, and changes nothing.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionExists}, {@code cancelled}, {@code configInvalid},
     * {@code kubeconfigInvalid}, {@code contextNotFound}, {@code clusterUnreachable}, {@code unauthorized},
     * {@code permissionDenied}, {@code clusterError}, {@code anotherCluster}, {@code workloadNotFound},
     * {@code namespaceNotFound}, {@code unsupportedKind}, {@code containerNotFound}, {@code containerAmbiguous},
     * {@code workloadUnsuitable}, {@code workDirUnsuitable}, {@code inDevModeElsewhere}, {@code volumeUnavailable},
     * {@code sourceMissing}, {@code internal}.
     *
     * @param params Starts a dev session, or says what that would do ({@code session.plan},
     *     {@code config.resolve}). What is left out comes from the dev configuration.
     * @return What {@code session.start} with the same parameters would do.
     */
    @JsonRequest("session.plan")
    CompletableFuture<PlanResult> sessionPlan(StartParams params);

    /**
     * {@code session.start}: Puts a workload into DevMode. Answers as soon as the session exists; progress comes as
     * events, and {@code session.wait} waits for it. Repeated with equal parameters it answers with the session
     * that there is, which goes on by this kubeconfig, context and environment where it cannot reach its cluster by
     * its own.
     *
     * <p>Can be sent again when its answer was lost.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionExists}, {@code sessionEnding}, {@code cancelled},
     * {@code configInvalid}, {@code kubeconfigInvalid}, {@code contextNotFound}, {@code clusterUnreachable},
     * {@code unauthorized}, {@code permissionDenied}, {@code clusterError}, {@code anotherCluster},
     * {@code unsupportedKind}, {@code sourceMissing}, {@code storeFailed}, {@code internal}.
     *
     * @param params Starts a dev session, or says what that would do ({@code session.plan},
     *     {@code config.resolve}). What is left out comes from the dev configuration.
     * @return A dev session with all that there is to know of it.
     */
    @JsonRequest("session.start")
    CompletableFuture<SessionStatus> sessionStart(StartParams params);

    /**
     * {@code session.end}: Gives workloads back as they were. Answers as soon as that is under way. Repeated, it is
     * still one ending. A workload that this daemon has no session of and somebody else has in DevMode is an error,
     * where it is said how the cluster is reached.
     *
     * <p>Can be sent again when its answer was lost.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code kubeconfigInvalid}, {@code contextNotFound},
     * {@code clusterUnreachable}, {@code unauthorized}, {@code permissionDenied}, {@code clusterError},
     * {@code anotherCluster}, {@code inDevModeElsewhere}, {@code workloadOverwritten}, {@code imageNotPullable},
     * {@code podUnschedulable}, {@code podCrashing}, {@code podRefused}, {@code podNotReady},
     * {@code volumeUnavailable}, {@code sourceMissing}, {@code syncthingMissing}, {@code syncthingTooOld},
     * {@code syncFailed}, {@code forwardFailed}, {@code storeFailed}, {@code internal}.
     *
     * @param params Which sessions to end, and how their cluster is reached now. A session that cannot reach it any
     *     more by what it was started with (the kubeconfig is gone, its context renamed, its credentials expired, the
     *     daemon restarted since and with it what was secret of {@code environment}) goes on with this, if it is the
     *     same cluster.
     * @return What {@code session.end} set going. Ending what has ended already is a success with no sessions.
     */
    @JsonRequest("session.end")
    CompletableFuture<EndResult> sessionEnd(EndParams params);

    /**
     * {@code session.release}: Takes a workload out of DevMode that another daemon put into it, such as one on a
     * laptop that is gone: by the record in the cluster alone. Answers with a session of this daemon that is being
     * ended; {@code session.wait} waits for it. The other daemon finds its session overwritten.
     *
     * <p>Can be sent again when its answer was lost.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code sessionExists}, {@code cancelled},
     * {@code kubeconfigInvalid}, {@code contextNotFound}, {@code clusterUnreachable}, {@code unauthorized},
     * {@code permissionDenied}, {@code clusterError}, {@code anotherCluster}, {@code inDevModeElsewhere},
     * {@code storeFailed}, {@code internal}.
     *
     * @param params The workload to take out of DevMode that another daemon put into it.
     * @return A dev session with all that there is to know of it.
     */
    @JsonRequest("session.release")
    CompletableFuture<SessionStatus> sessionRelease(ReleaseParams params);

    /**
     * {@code session.setEnvironment}: Gives a running session other variables, such as renewed credentials or a
     * PATH. They are tried first: where its cluster cannot be reached with them, or they lead to another one, that
     * is the error and the session keeps those that it has.
     *
     * <p>Can be sent again when its answer was lost.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code cancelled}, {@code timeout},
     * {@code kubeconfigInvalid}, {@code contextNotFound}, {@code clusterUnreachable}, {@code unauthorized},
     * {@code permissionDenied}, {@code clusterError}, {@code anotherCluster}, {@code internal}.
     *
     * @param params Gives the one session that matches other variables: a token that was renewed, a PATH with the
     *     exec plugin on it. Those that are not named stay. What may be secret of them is in memory only, as in
     *     {@code session.start}, and the variables of the dev configuration keep what they stood for at the start.
     * @return A dev session with all that there is to know of it.
     */
    @JsonRequest("session.setEnvironment")
    CompletableFuture<SessionStatus> sessionSetEnvironment(SetEnvironmentParams params);

    /**
     * {@code session.status}: One session; fails where none or several match. Where none goes on, the last one that
     * failed lately.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code cancelled}, {@code internal}.
     *
     * @param params Names sessions: one by its id, or those of a workload. A workload named without a namespace
     *     matches in every one.
     * @return A dev session with all that there is to know of it.
     */
    @JsonRequest("session.status")
    CompletableFuture<SessionStatus> sessionStatus(SessionSelector params);

    /**
     * {@code session.list}: All sessions that match, and those that failed or ended lately.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}.
     *
     * @param params Names sessions: one by its id, or those of a workload. A workload named without a namespace
     *     matches in every one.
     * @return Several sessions.
     */
    @JsonRequest("session.list")
    CompletableFuture<SessionList> sessionList(SessionSelector params);

    /**
     * {@code session.wait}: Waits until a session has come so far. Fails when it no longer can, with the session's
     * own error.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code cancelled}, {@code timeout},
     * {@code kubeconfigInvalid}, {@code contextNotFound}, {@code clusterUnreachable}, {@code unauthorized},
     * {@code permissionDenied}, {@code clusterError}, {@code anotherCluster}, {@code workloadNotFound},
     * {@code namespaceNotFound}, {@code unsupportedKind}, {@code containerNotFound}, {@code containerAmbiguous},
     * {@code workloadUnsuitable}, {@code workDirUnsuitable}, {@code inDevModeElsewhere},
     * {@code workloadOverwritten}, {@code imageNotPullable}, {@code podUnschedulable}, {@code podCrashing},
     * {@code podRefused}, {@code podNotReady}, {@code volumeUnavailable}, {@code sourceMissing},
     * {@code syncthingMissing}, {@code syncthingTooOld}, {@code syncFailed}, {@code forwardFailed},
     * {@code syncPaused}, {@code storeFailed}, {@code internal}.
     *
     * @param params Waits until a session has come so far. Fails at once when it no longer can.
     * @return A dev session with all that there is to know of it.
     */
    @JsonRequest("session.wait")
    CompletableFuture<SessionStatus> sessionWait(WaitParams params);

    /**
     * {@code forward.start}: Forwards a port on 127.0.0.1 to one of the dev pod, until {@code forward.end} or the
     * end of the session. Answers when the local port takes connections, which wait for the pod where it is away.
     * Repeated, it answers with the forward that there is.
     *
     * <p>Can be sent again when its answer was lost.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code sessionEnding}, {@code cancelled},
     * {@code timeout}, {@code kubeconfigInvalid}, {@code contextNotFound}, {@code forwardFailed},
     * {@code localPortTaken}, {@code localPortDenied}, {@code storeFailed}, {@code internal}.
     *
     * @param params Forwards a port of this machine to one of the dev pod, of the one session that matches.
     * @return A forward with the session that it belongs to.
     */
    @JsonRequest("forward.start")
    CompletableFuture<SessionForward> forwardStart(ForwardStartParams params);

    /**
     * {@code forward.end}: Ends forwards, those of the dev configuration included, and answers with them. Repeated,
     * there is none to end.
     *
     * <p>Can be sent again when its answer was lost.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code timeout}, {@code storeFailed}, {@code internal}.
     *
     * @param params Names forwards by one of their ports or both, of the sessions that match. A port in the pod
     *     wants one session named, where several have a forward to it.
     * @return Several forwards.
     */
    @JsonRequest("forward.end")
    CompletableFuture<ForwardList> forwardEnd(ForwardEndParams params);

    /**
     * {@code forward.list}: The forwards of all sessions that match, the session's own to its syncthing included.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}.
     *
     * @param params Names sessions: one by its id, or those of a workload. A workload named without a namespace
     *     matches in every one.
     * @return Several forwards.
     */
    @JsonRequest("forward.list")
    CompletableFuture<ForwardList> forwardList(SessionSelector params);

    /**
     * {@code forward.wait}: Waits until something listens on a port in the dev pod, also where no forward leads to
     * it. Fails with {@code timeout} and what listens instead. The user needs {@code get} and {@code create} on
     * {@code pods/exec} for this and for the other methods that look inside.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code sessionEnding}, {@code cancelled},
     * {@code timeout}, {@code clusterUnreachable}, {@code unauthorized}, {@code permissionDenied},
     * {@code clusterError}, {@code podNotReady}, {@code internal}, {@code toolsMissing}.
     *
     * @param params Waits until something listens on a port in the dev pod of the one session that matches.
     * @return A port of the dev pod on which something listens, in whichever of its containers.
     */
    @JsonRequest("forward.wait")
    CompletableFuture<ListeningPort> forwardWait(ForwardWaitParams params);

    /**
     * {@code forward.suggest}: The ports of the dev pod that may be worth a forward, and why: those that the dev
     * configuration names, that containers declare, that Services lead to, and on which something listens now.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code sessionEnding}, {@code cancelled},
     * {@code clusterUnreachable}, {@code internal}.
     *
     * @param params Names sessions: one by its id, or those of a workload. A workload named without a namespace
     *     matches in every one.
     * @return Ports of the dev pod that may be worth a forward.
     */
    @JsonRequest("forward.suggest")
    CompletableFuture<PortSuggestions> forwardSuggest(SessionSelector params);

    /**
     * {@code debug.describe}: What a debugger needs to know: language, port, command, where the source is on both
     * sides, and which debuggers are in the dev container.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code sessionEnding}, {@code cancelled},
     * {@code clusterUnreachable}, {@code internal}.
     *
     * @param params Names sessions: one by its id, or those of a workload. A workload named without a namespace
     *     matches in every one.
     * @return What a debugger needs to know of the dev container.
     */
    @JsonRequest("debug.describe")
    CompletableFuture<DebugDescription> debugDescribe(SessionSelector params);

    /**
     * {@code file.read}: A file of the dev container, of 4 MiB at most. Links are followed.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code sessionEnding}, {@code cancelled},
     * {@code timeout}, {@code clusterUnreachable}, {@code unauthorized}, {@code permissionDenied},
     * {@code clusterError}, {@code podNotReady}, {@code internal}, {@code toolsMissing}, {@code fileNotFound},
     * {@code notADirectory}, {@code notAFile}, {@code fileForbidden}, {@code fileTooLarge}.
     *
     * @param params Names a path in the dev container of the one session that matches: in one of the two forms.
     * @return What a file holds. Links are followed.
     */
    @JsonRequest("file.read")
    CompletableFuture<FileContent> fileRead(FileParams params);

    /**
     * {@code file.list}: What a folder of the dev container holds, 2,000 entries at most. Links are told as such.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code sessionEnding}, {@code cancelled},
     * {@code timeout}, {@code clusterUnreachable}, {@code unauthorized}, {@code permissionDenied},
     * {@code clusterError}, {@code podNotReady}, {@code internal}, {@code toolsMissing}, {@code fileNotFound},
     * {@code notADirectory}, {@code fileForbidden}.
     *
     * @param params Names a path in the dev container of the one session that matches: in one of the two forms.
     * @return What a folder holds.
     */
    @JsonRequest("file.list")
    CompletableFuture<FileList> fileList(FileParams params);

    /**
     * {@code sync.status}: How a session's files are synced: which way, what is left out, how far, what cannot be
     * read.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code cancelled}, {@code internal}.
     *
     * @param params Names sessions: one by its id, or those of a workload. A workload named without a namespace
     *     matches in every one.
     * @return The sync of one session: what is synced, where to, and how far.
     */
    @JsonRequest("sync.status")
    CompletableFuture<SyncReport> syncStatus(SessionSelector params);

    /**
     * {@code sync.rescan}: Looks at files again that changed unseen, as on a network disk. Answers before that is
     * done.
     *
     * <p>Can be sent again when its answer was lost.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code cancelled}, {@code syncFailed},
     * {@code internal}.
     *
     * @param params Looks at files again that changed unseen.
     * @return The sync of one session: what is synced, where to, and how far.
     */
    @JsonRequest("sync.rescan")
    CompletableFuture<SyncReport> syncRescan(RescanParams params);

    /**
     * {@code sync.pause}: Holds the sync of a session, across restarts of the daemon, once its first sync is
     * complete.
     *
     * <p>Can be sent again when its answer was lost.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code cancelled}, {@code syncFailed},
     * {@code storeFailed}, {@code internal}.
     *
     * @param params Names sessions: one by its id, or those of a workload. A workload named without a namespace
     *     matches in every one.
     * @return The sync of one session: what is synced, where to, and how far.
     */
    @JsonRequest("sync.pause")
    CompletableFuture<SyncReport> syncPause(SessionSelector params);

    /**
     * {@code sync.resume}: Lets the sync go on.
     *
     * <p>Can be sent again when its answer was lost.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code cancelled}, {@code syncFailed},
     * {@code storeFailed}, {@code internal}.
     *
     * @param params Names sessions: one by its id, or those of a workload. A workload named without a namespace
     *     matches in every one.
     * @return The sync of one session: what is synced, where to, and how far.
     */
    @JsonRequest("sync.resume")
    CompletableFuture<SyncReport> syncResume(SessionSelector params);

    /**
     * {@code workload.list}: The workloads of a namespace or of the cluster, with who has which in DevMode since
     * when.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code kubeconfigInvalid}, {@code contextNotFound},
     * {@code clusterUnreachable}, {@code unauthorized}, {@code permissionDenied}, {@code clusterError},
     * {@code anotherCluster}, {@code internal}.
     *
     * @param params Which workloads to list.
     * @return The workloads that could be developed in: without pods and jobs that a controller made, and without
     *     what nhd itself made. Kinds that the user may not list are left out and named.
     */
    @JsonRequest("workload.list")
    CompletableFuture<WorkloadList> workloadList(WorkloadListParams params);

    /**
     * {@code volume.list}: The volume claims that persistent folders of dev containers lie in, with what uses each.
     * Nothing deletes them but {@code volume.delete}.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code kubeconfigInvalid}, {@code contextNotFound},
     * {@code clusterUnreachable}, {@code unauthorized}, {@code permissionDenied}, {@code clusterError},
     * {@code anotherCluster}, {@code internal}.
     *
     * @param params Which claims to list.
     * @return The claims of a namespace, or of all.
     */
    @JsonRequest("volume.list")
    CompletableFuture<VolumeList> volumeList(VolumeListParams params);

    /**
     * {@code volume.delete}: Deletes such a claim, and with it what lies in its volume, unless the volume's own
     * policy is to be retained. Refused while a pod or a session uses it, unless it is forced: then the claim goes
     * when the last pod has. Answers with the claim as it was last. Repeated, there is none to delete.
     *
     * <p>Sent again, it is done again.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code kubeconfigInvalid}, {@code contextNotFound},
     * {@code clusterUnreachable}, {@code unauthorized}, {@code permissionDenied}, {@code clusterError},
     * {@code anotherCluster}, {@code volumeNotFound}, {@code volumeInUse}, {@code internal}.
     *
     * @param params Which claim to delete.
     * @return A volume claim that nhd made for a folder of a dev container.
     */
    @JsonRequest("volume.delete")
    CompletableFuture<VolumeSummary> volumeDelete(VolumeDeleteParams params);

    /**
     * {@code context.list}: The contexts of a kubeconfig list with cluster, server, namespace and how their user
     * signs in. Asks no cluster and runs no plugin; a file that is missing or invalid is a warning.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code kubeconfigInvalid}, {@code internal}.
     *
     * @param params Which kubeconfig to read.
     * @return The contexts of a kubeconfig, merged as kubectl merges several files: the first to name a thing wins.
     *     Nothing was asked of any cluster, no plugin was run, nothing was written, and no credential is in it.
     */
    @JsonRequest("context.list")
    CompletableFuture<ContextList> contextList(ContextListParams params);

    /**
     * {@code namespace.list}: The namespaces of a cluster. Where the user may not list them, those that are known
     * all the same, and the refusal.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code kubeconfigInvalid}, {@code contextNotFound},
     * {@code clusterUnreachable}, {@code unauthorized}, {@code permissionDenied}, {@code clusterError},
     * {@code anotherCluster}, {@code internal}.
     *
     * @param params Where to look for namespaces.
     * @return The namespaces of a cluster; for a user who may not list them those that are known all the same.
     */
    @JsonRequest("namespace.list")
    CompletableFuture<NamespaceList> namespaceList(NamespaceListParams params);

    /**
     * {@code workload.describe}: One workload in detail: containers, pods, services, who manages it, who has it in
     * DevMode. What the user may not read is said, and the rest answered.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code kubeconfigInvalid}, {@code contextNotFound},
     * {@code clusterUnreachable}, {@code unauthorized}, {@code permissionDenied}, {@code clusterError},
     * {@code anotherCluster}, {@code workloadNotFound}, {@code internal}.
     *
     * @param params Which workload to describe.
     * @return One workload in detail, as the cluster has it now: in DevMode that is the dev pod's template.
     */
    @JsonRequest("workload.describe")
    CompletableFuture<WorkloadDescription> workloadDescribe(DescribeParams params);

    /**
     * {@code image.suggest}: Dev images to choose from, each with why: the dev configuration's, that of last time,
     * those of the source folder's language, the container's own. Asks no registry.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code kubeconfigInvalid}, {@code contextNotFound},
     * {@code clusterUnreachable}, {@code unauthorized}, {@code permissionDenied}, {@code clusterError},
     * {@code anotherCluster}, {@code workloadNotFound}, {@code sourceMissing}, {@code internal}.
     *
     * @param params The workload and the source folder to suggest dev images for.
     * @return Dev images, the best guess first and none twice. No registry was asked whether they are there.
     */
    @JsonRequest("image.suggest")
    CompletableFuture<ImageSuggestions> imageSuggest(ImageSuggestParams params);

    /**
     * {@code config.resolve}: Says what a start with the same parameters would use, and where each value came from:
     * the request, the source folder's {@code .nocalhost/config.yaml}, the workload's annotation, the daemon's
     * configuration or a default.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code configInvalid}, {@code kubeconfigInvalid},
     * {@code contextNotFound}, {@code clusterUnreachable}, {@code unauthorized}, {@code permissionDenied},
     * {@code clusterError}, {@code anotherCluster}, {@code unsupportedKind}, {@code sourceMissing},
     * {@code internal}.
     *
     * @param params Starts a dev session, or says what that would do ({@code session.plan},
     *     {@code config.resolve}). What is left out comes from the dev configuration.
     * @return What a start with the same parameters would use.
     */
    @JsonRequest("config.resolve")
    CompletableFuture<ConfigResult> configResolve(StartParams params);

    /**
     * {@code terminal.open}: Opens a terminal in a container of a pod, with the first shell that it has, and
     * answers with what opens the connection to it. It is the user's, not the client's: it goes on without one, and
     * {@code terminal.list} offers it again.
     *
     * <p>Sent again, it is done again.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code sessionEnding}, {@code cancelled},
     * {@code timeout}, {@code kubeconfigInvalid}, {@code contextNotFound}, {@code clusterUnreachable},
     * {@code unauthorized}, {@code permissionDenied}, {@code clusterError}, {@code anotherCluster},
     * {@code workloadNotFound}, {@code namespaceNotFound}, {@code unsupportedKind}, {@code containerNotFound},
     * {@code containerAmbiguous}, {@code internal}, {@code streamNotFound}, {@code tooManyStreams}, {@code noPod},
     * {@code commandFailed}.
     *
     * @param params Opens a terminal. It outlives the client, and ends with its process, its pod, its session or
     *     the daemon.
     * @return A stream, and what opens a connection to it.
     */
    @JsonRequest("terminal.open")
    CompletableFuture<StreamTicket> terminalOpen(TerminalOpenParams params);

    /**
     * {@code terminal.attach}: Opens another connection to a terminal, which first gets the last 256 KiB of what
     * was written.
     *
     * <p>Sent again, it is done again.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}, {@code streamNotFound}.
     *
     * @param params A terminal or a command, by its id.
     * @return A stream, and what opens a connection to it.
     */
    @JsonRequest("terminal.attach")
    CompletableFuture<StreamTicket> terminalAttach(StreamParams params);

    /**
     * {@code terminal.resize}: Changes the size of a terminal. The connection has a frame for it as well.
     *
     * <p>Can be sent again when its answer was lost.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}, {@code streamNotFound}.
     *
     * @param params Changes the size of a terminal.
     * @return A terminal, a command or a log with all that there is to know of it.
     */
    @JsonRequest("terminal.resize")
    CompletableFuture<StreamStatus> terminalResize(TerminalResizeParams params);

    /**
     * {@code terminal.close}: Ends a terminal with everything that runs in it, and answers when that has ended or
     * is not to be ended. One that has ended leaves the list.
     *
     * <p>Can be sent again when its answer was lost.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}, {@code streamNotFound}.
     *
     * @param params A terminal or a command, by its id.
     * @return A terminal, a command or a log with all that there is to know of it.
     */
    @JsonRequest("terminal.close")
    CompletableFuture<StreamStatus> terminalClose(StreamParams params);

    /**
     * {@code terminal.list}: The terminals, those included that ended lately.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}.
     *
     * @param params Which terminals or commands are meant; all without members.
     * @return Several streams, the oldest first.
     */
    @JsonRequest("terminal.list")
    CompletableFuture<StreamList> terminalList(StreamListParams params);

    /**
     * {@code exec.start}: Starts a command in a container of a pod, and answers with what opens the connection to
     * it.
     *
     * <p>Sent again, it is done again.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code sessionEnding}, {@code cancelled},
     * {@code timeout}, {@code configInvalid}, {@code kubeconfigInvalid}, {@code contextNotFound},
     * {@code clusterUnreachable}, {@code unauthorized}, {@code permissionDenied}, {@code clusterError},
     * {@code anotherCluster}, {@code workloadNotFound}, {@code namespaceNotFound}, {@code unsupportedKind},
     * {@code containerNotFound}, {@code containerAmbiguous}, {@code sourceMissing}, {@code internal},
     * {@code tooManyStreams}, {@code noPod}, {@code commandFailed}.
     *
     * @param params Starts a command: one that is given, or one of the dev configuration by its name.
     * @return A stream, and what opens a connection to it.
     */
    @JsonRequest("exec.start")
    CompletableFuture<StreamTicket> execStart(ExecStartParams params);

    /**
     * {@code exec.attach}: Opens another connection to a command, which first gets the last 256 KiB of what was
     * written.
     *
     * <p>Sent again, it is done again.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}, {@code streamNotFound}.
     *
     * @param params A terminal or a command, by its id.
     * @return A stream, and what opens a connection to it.
     */
    @JsonRequest("exec.attach")
    CompletableFuture<StreamTicket> execAttach(StreamParams params);

    /**
     * {@code exec.signal}: Sends a signal to a command. Answers when it has been sent. Where the container has no
     * shell that is an error: Kubernetes has no other way to signal a process.
     *
     * <p>Sent again, it is done again.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code timeout}, {@code kubeconfigInvalid},
     * {@code contextNotFound}, {@code clusterUnreachable}, {@code unauthorized}, {@code permissionDenied},
     * {@code clusterError}, {@code anotherCluster}, {@code internal}, {@code streamNotFound},
     * {@code commandFailed}.
     *
     * @param params Sends a signal to a command.
     * @return A terminal, a command or a log with all that there is to know of it.
     */
    @JsonRequest("exec.signal")
    CompletableFuture<StreamStatus> execSignal(ExecSignalParams params);

    /**
     * {@code exec.close}: Ends a command with everything that it has started, and answers when that has ended or is
     * not to be ended. One that has ended leaves the list.
     *
     * <p>Can be sent again when its answer was lost.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}, {@code streamNotFound}.
     *
     * @param params A terminal or a command, by its id.
     * @return A terminal, a command or a log with all that there is to know of it.
     */
    @JsonRequest("exec.close")
    CompletableFuture<StreamStatus> execClose(StreamParams params);

    /**
     * {@code exec.list}: The commands, those included that ended lately.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}.
     *
     * @param params Which terminals or commands are meant; all without members.
     * @return Several streams, the oldest first.
     */
    @JsonRequest("exec.list")
    CompletableFuture<StreamList> execList(StreamListParams params);

    /**
     * {@code log.follow}: Follows logs of a workload's pods, and answers with what opens the connection to them. It
     * ends with that.
     *
     * <p>Sent again, it is done again.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionNotFound}, {@code sessionEnding}, {@code cancelled},
     * {@code timeout}, {@code kubeconfigInvalid}, {@code contextNotFound}, {@code clusterUnreachable},
     * {@code unauthorized}, {@code permissionDenied}, {@code clusterError}, {@code anotherCluster},
     * {@code workloadNotFound}, {@code namespaceNotFound}, {@code unsupportedKind}, {@code containerNotFound},
     * {@code containerAmbiguous}, {@code internal}, {@code tooManyStreams}, {@code noPod}, {@code commandFailed}.
     *
     * @param params Follows the logs of a workload's pods, also of those that come later.
     * @return A stream, and what opens a connection to it.
     */
    @JsonRequest("log.follow")
    CompletableFuture<StreamTicket> logFollow(LogFollowParams params);

    /**
     * {@code config.check}: Says all that is wrong with a dev configuration that may not be saved yet, with places
     * and fixes. Runs nothing and asks no cluster.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code configInvalid}, {@code internal}.
     *
     * @param params Looks through a text that may not be saved.
     * @return What is wrong with a text: the first 200.
     */
    @JsonRequest("config.check")
    CompletableFuture<ConfigCheckResult> configCheck(ConfigCheckParams params);

    /**
     * {@code config.schema}: The JSON Schema of a dev configuration.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}.
     *
     * @param params Which schema.
     * @return A JSON Schema.
     */
    @JsonRequest("config.schema")
    CompletableFuture<ConfigSchemaResult> configSchema(ConfigSchemaParams params);

    /**
     * {@code config.scaffold}: A first dev configuration for a workload, with what is known of it and the rest in
     * comments. Writes no file.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}.
     *
     * @param params Writes a first configuration for a workload.
     * @return A first configuration, with comments.
     */
    @JsonRequest("config.scaffold")
    CompletableFuture<ConfigScaffoldResult> configScaffold(ConfigScaffoldParams params);

    /**
     * {@code config.set}: Sets one key in the text of a dev configuration and leaves all else as it is, comments
     * included.
     *
     * <p>Can be sent again when its answer was lost.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code configInvalid}, {@code internal}.
     *
     * @param params Writes one key of the dev configuration of a container.
     * @return The text with the key written.
     */
    @JsonRequest("config.set")
    CompletableFuture<ConfigSetResult> configSet(ConfigSetParams params);

    /**
     * {@code events.since}: The events after a place in the log, without waiting for more.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}.
     *
     * @param params Where to go on.
     * @return A piece of the log.
     */
    @JsonRequest("events.since")
    CompletableFuture<EventList> eventsSince(EventsParams params);

    /**
     * {@code events.subscribe}: Subscribes to events: those after {@code since}, or a snapshot, then all that
     * happens. Answers with the id of the subscription; each event is a notification {@code events.event} with the
     * params {@code {subscription, result}}. Not over HTTP.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code internal}.
     *
     * @param params Where to go on.
     * @return the answer
     */
    @JsonRequest("events.subscribe")
    CompletableFuture<String> eventsSubscribe(EventsParams params);

    /**
     * {@code events.unsubscribe}: Ends a subscription. Takes its id as the only element of an array, and answers
     * whether there was one.
     *
     * @param subscription the id of the subscription
     * @return the answer
     */
    @JsonRequest("events.unsubscribe")
    CompletableFuture<Boolean> eventsUnsubscribe(String subscription);

    /**
     * {@code workload.subscribe}: Subscribes to the workloads of a namespace, or of all: a snapshot, then what
     * changes. Answers with the id of the subscription; each event is a notification {@code workload.event} with
     * the params {@code {subscription, result}}. Clients that follow the same as the same user share one watch,
     * which ends with the last of them. A cluster that is away is said in the events and tried again. Not over
     * HTTP.
     *
     * <p>Errors: {@code invalidRequest}, {@code cancelled}, {@code kubeconfigInvalid}, {@code contextNotFound},
     * {@code internal}.
     *
     * @param params Which workloads to follow.
     * @return the answer
     */
    @JsonRequest("workload.subscribe")
    CompletableFuture<String> workloadSubscribe(WorkloadSubscribeParams params);

    /**
     * {@code workload.unsubscribe}: Ends a subscription. Takes its id as the only element of an array, and answers
     * whether there was one.
     *
     * @param subscription the id of the subscription
     * @return the answer
     */
    @JsonRequest("workload.unsubscribe")
    CompletableFuture<Boolean> workloadUnsubscribe(String subscription);
}
