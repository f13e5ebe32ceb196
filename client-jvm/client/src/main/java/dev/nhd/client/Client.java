package dev.nhd.client;

import dev.nhd.client.protocol.DaemonMethods;
import dev.nhd.client.protocol.EndParams;
import dev.nhd.client.protocol.ForwardEndParams;
import dev.nhd.client.protocol.ForwardStartParams;
import dev.nhd.client.protocol.HelloParams;
import dev.nhd.client.protocol.HelloResult;
import dev.nhd.client.protocol.PlanResult;
import dev.nhd.client.protocol.SessionForward;
import dev.nhd.client.protocol.SessionSelector;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.StartParams;
import dev.nhd.client.protocol.WaitParams;
import dev.nhd.client.protocol.WaitUntil;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * What a plugin does with the daemon, call by call, on one connection. For any number of threads at once.
 *
 * <p>Each call blocks its thread until the answer is there: none belongs on the thread that draws. Interrupting that
 * thread gives the call up, at the daemon too. What a call has set going goes on; a session is given up with
 * {@link #end}. Calls fail as {@link Connection#await} says.
 */
public final class Client implements AutoCloseable {
    /** Everything but a wait is answered at once, or within the time that a cluster takes to answer. */
    private static final Duration ANSWER = Duration.ofSeconds(60);
    /** A first sync of large folders takes its time, and so does a rollout. */
    private static final Duration WAIT = Duration.ofMinutes(5);

    private final Connection connection;
    private final HelloResult hello;

    /**
     * Connects, says hello, and goes on with events where the follower was.
     *
     * @param transport the way to the daemon, which is closed where this fails
     * @param name who calls, for the daemon's log: {@code my-plugin 1.0.0}
     * @param follower takes events
     * @return a client that is connected
     * @throws DaemonException {@code protocolMismatch}, whose hint says what to update, or why there is no daemon
     * @throws IOException where the way is closed already
     * @throws InterruptedException where this thread is interrupted
     */
    public static Client connect(Transport transport, String name, EventFollower follower)
            throws IOException, DaemonException, InterruptedException {
        Connection connection = new Connection(transport, follower);
        try {
            HelloParams params = new HelloParams(name, DaemonMethods.PROTOCOL_VERSION);
            Client client = new Client(connection, connection.await(connection.daemon().daemonHello(params), ANSWER));
            client.subscribe(follower);
            return client;
        } catch (DaemonException | InterruptedException failed) {
            connection.close();
            throw failed;
        }
    }

    private Client(Connection connection, HelloResult hello) {
        this.connection = connection;
        this.hello = hello;
    }

    /**
     * What the calls go over.
     *
     * @return the connection, which ends with this client
     */
    public Connection connection() {
        return connection;
    }

    /**
     * What the daemon said of itself.
     *
     * @return its answer of when this client connected
     */
    public HelloResult hello() {
        return hello;
    }

    /**
     * Calls any method of the daemon.
     *
     * @param <T> what it answers
     * @param method the call: {@code daemon -> daemon.workloadList(params)}
     * @return the answer
     * @throws DaemonException what the daemon answered, or {@code timeout} after a minute
     * @throws InterruptedException where this thread is interrupted
     */
    public <T> T call(Function<DaemonMethods, CompletableFuture<T>> method)
            throws DaemonException, InterruptedException {
        return connection.await(method.apply(connection.daemon()), ANSWER);
    }

    /**
     * Says what a start would change, and changes nothing.
     *
     * @param params those of the start
     * @return the changes, in the order in which they would be written
     * @throws DaemonException what stands in the way
     * @throws InterruptedException where this thread is interrupted
     */
    public PlanResult plan(StartParams params) throws DaemonException, InterruptedException {
        return call(daemon -> daemon.sessionPlan(params));
    }

    /**
     * Puts a workload into DevMode. Answers as soon as the session exists; its steps come as events. Whatever the
     * cluster has to say against it fails {@link #awaitSynced}.
     *
     * @param params what to start
     * @return the session, in the phase {@code starting} mostly
     * @throws DaemonException {@code sourceMissing}, {@code sessionExists} and others
     * @throws InterruptedException where this thread is interrupted
     */
    public SessionStatus start(StartParams params) throws DaemonException, InterruptedException {
        return call(daemon -> daemon.sessionStart(params));
    }

    /**
     * Returns when everything saved before the call is in the pod: what to do before a run. Waits five minutes at
     * most.
     *
     * @param session the session's id
     * @return the session as it is then
     * @throws DaemonException why it cannot come so far, or {@code timeout}; what was awaited goes on
     * @throws InterruptedException where this thread is interrupted
     */
    public SessionStatus awaitSynced(String session) throws DaemonException, InterruptedException {
        return awaitPhase(session, WaitUntil.SYNCED, WAIT);
    }

    /**
     * Waits until a session has come so far.
     *
     * @param session the session's id
     * @param until one of {@link WaitUntil}
     * @param limit how long to wait
     * @return the session as it is then
     * @throws DaemonException why it cannot come so far, or {@code timeout}; what was awaited goes on
     * @throws InterruptedException where this thread is interrupted
     */
    public SessionStatus awaitPhase(String session, String until, Duration limit)
            throws DaemonException, InterruptedException {
        return connection.await(connection.daemon().sessionWait(new WaitParams(session, until)), limit);
    }

    /**
     * One session with all that there is to know of it.
     *
     * @param session the session's id
     * @return the session
     * @throws DaemonException {@code sessionNotFound} and others
     * @throws InterruptedException where this thread is interrupted
     */
    public SessionStatus status(String session) throws DaemonException, InterruptedException {
        return call(daemon -> daemon.sessionStatus(new SessionSelector().withSession(session)));
    }

    /**
     * All sessions.
     *
     * @return the sessions, whoever started them
     * @throws DaemonException where the daemon cannot say
     * @throws InterruptedException where this thread is interrupted
     */
    public List<SessionStatus> list() throws DaemonException, InterruptedException {
        return call(daemon -> daemon.sessionList(new SessionSelector().withAll(true))).sessions();
    }

    /**
     * Leads a free port of 127.0.0.1 to one in the dev pod from now on, such as the debugger's. Repeated, it is one
     * forward.
     *
     * @param session the session's id
     * @param remotePort the port in the pod
     * @return the local port, which takes connections
     * @throws DaemonException {@code forwardFailed}, {@code sessionEnding} and others
     * @throws InterruptedException where this thread is interrupted
     */
    public int forward(String session, int remotePort) throws DaemonException, InterruptedException {
        ForwardStartParams params = new ForwardStartParams(remotePort).withSession(session);
        return call(daemon -> daemon.forwardStart(params)).localPort();
    }

    /**
     * Ends the forwards to a port in the dev pod.
     *
     * @param session the session's id
     * @param remotePort the port in the pod
     * @return the forwards that are ended; repeated, none
     * @throws DaemonException where they cannot be ended
     * @throws InterruptedException where this thread is interrupted
     */
    public List<SessionForward> endForward(String session, int remotePort)
            throws DaemonException, InterruptedException {
        ForwardEndParams params = new ForwardEndParams().withSession(session).withRemotePort(remotePort);
        return call(daemon -> daemon.forwardEnd(params)).forwards();
    }

    /**
     * Gives the workload back, and returns when it is as it was. Waits five minutes at most.
     *
     * @param session the session's id; one that has ended already is no failure
     * @throws DaemonException what stands in the way, or {@code timeout}; the ending goes on
     * @throws InterruptedException where this thread is interrupted
     */
    public void end(String session) throws DaemonException, InterruptedException {
        call(daemon -> daemon.sessionEnd(new EndParams().withSession(session)));
        awaitPhase(session, WaitUntil.ENDED, WAIT);
    }

    /** Begins a subscription, beside that of {@link #connect} where there is one; answers with its id. */
    String subscribe(EventFollower follower) throws DaemonException, InterruptedException {
        return call(daemon -> daemon.eventsSubscribe(follower.next()));
    }

    /**
     * Begins to follow workloads, on this connection. {@link ReconnectingClient#follow} goes on over lost ones.
     *
     * @param follower takes the events
     * @return the subscription, for {@link #unfollow}
     * @throws DaemonException {@code kubeconfigInvalid}, {@code contextNotFound}; a cluster that is away is an event
     * @throws InterruptedException where this thread is interrupted
     */
    public String follow(WorkloadFollower follower) throws DaemonException, InterruptedException {
        return connection.await(connection.follow(follower), ANSWER);
    }

    /**
     * Follows no longer.
     *
     * @param subscription what {@link #follow} answered with
     * @throws DaemonException where the connection is lost, and the subscription with it
     * @throws InterruptedException where this thread is interrupted
     */
    public void unfollow(String subscription) throws DaemonException, InterruptedException {
        connection.await(connection.unfollow(subscription), ANSWER);
    }

    /** Closes the connection. Sessions go on, and so does the daemon. */
    @Override
    public void close() throws IOException {
        connection.close();
    }
}
