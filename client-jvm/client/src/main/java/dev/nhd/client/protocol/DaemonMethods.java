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
     * {@code session.plan}: Says what a start would change, and changes nothing.
     *
     * <p>Only reads.
     *
     * <p>Errors: {@code invalidRequest}, {@code sessionExists}, {@code cancelled}, {@code configInvalid},
     * {@code kubeconfigInvalid}, {@code contextNotFound}, {@code clusterUnreachable}, {@code unauthorized},
     * {@code permissionDenied}, {@code clusterError}, {@code anotherCluster}, {@code workloadNotFound},
     * {@code namespaceNotFound}, {@code unsupportedKind}, {@code containerNotFound}, {@code containerAmbiguous},
     * {@code workloadUnsuitable}, {@code workDirUnsuitable}, {@code inDevModeElsewhere}, {@code sourceMissing},
     * {@code internal}.
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
     * {@code sourceMissing}, {@code syncthingMissing}, {@code syncthingTooOld}, {@code syncFailed},
     * {@code forwardFailed}, {@code storeFailed}, {@code internal}.
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
     * {@code podRefused}, {@code podNotReady}, {@code sourceMissing}, {@code syncthingMissing},
     * {@code syncthingTooOld}, {@code syncFailed}, {@code forwardFailed}, {@code syncPaused}, {@code storeFailed},
     * {@code internal}.
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
}
