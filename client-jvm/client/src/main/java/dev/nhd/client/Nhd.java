package dev.nhd.client;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a plugin does with the daemon, call by call. Each call blocks: none belongs on the thread that draws. */
public final class Nhd implements AutoCloseable {
    /** Everything but a wait is answered at once, or within the time that a cluster takes to answer. */
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final Connection connection;

    // doc:begin connect
    /** Connects, says hello, and goes on with events where the follower was. */
    public static Nhd connect(Transport transport, EventFollower follower)
            throws IOException, DaemonException, InterruptedException {
        Nhd nhd = new Nhd(new Connection(transport, follower));
        try {
            nhd.hello("my-plugin 1.0.0");
            nhd.subscribe(follower);
            return nhd;
        } catch (DaemonException | InterruptedException failed) {
            nhd.close();
            throw failed;
        }
    }
    // doc:end

    private Nhd(Connection connection) {
        this.connection = connection;
    }

    public Connection connection() {
        return connection;
    }

    // doc:begin hello
    /** Fails with {@code protocolMismatch}, whose hint says what to update. */
    public HelloResult hello(String client) throws DaemonException, InterruptedException {
        return connection.await(connection.daemon().hello(new HelloParams(client, NhdDaemon.PROTOCOL)), ANSWER);
    }
    // doc:end

    public String subscribe(EventFollower follower) throws DaemonException, InterruptedException {
        return connection.await(connection.daemon().subscribe(follower.next()), ANSWER);
    }

    public boolean unsubscribe(String subscription) throws DaemonException, InterruptedException {
        return connection.await(connection.daemon().unsubscribe(subscription), ANSWER);
    }

    // doc:begin start
    /** Answers as soon as the session exists; its steps come as events. */
    public SessionStatus start(StartParams params) throws DaemonException, InterruptedException {
        return connection.await(connection.daemon().start(params), ANSWER);
    }

    /** Returns when everything saved before the call is in the pod: what to do before a run. */
    public SessionStatus awaitSynced(String session) throws DaemonException, InterruptedException {
        WaitParams params = new WaitParams(session, "synced", null);
        return connection.await(connection.daemon().waitUntil(params), Duration.ofMinutes(5));
    }
    // doc:end

    public SessionStatus status(String session) throws DaemonException, InterruptedException {
        return connection.await(connection.daemon().status(SessionSelector.ofSession(session)), ANSWER);
    }

    public List<SessionStatus> list() throws DaemonException, InterruptedException {
        return connection.await(connection.daemon().list(SessionSelector.everything()), ANSWER).sessions();
    }

    public PlanResult plan(StartParams params) throws DaemonException, InterruptedException {
        return connection.await(connection.daemon().plan(params), ANSWER);
    }

    /** The port on 127.0.0.1 that leads to a port in the dev pod from now on, such as the debugger's. */
    public int forward(String session, int remotePort) throws DaemonException, InterruptedException {
        ForwardStartParams params = new ForwardStartParams(session, remotePort, null);
        return connection.await(connection.daemon().startForward(params), ANSWER).localPort();
    }

    public List<SessionForward> endForward(String session, int remotePort)
            throws DaemonException, InterruptedException {
        ForwardEndParams params = new ForwardEndParams(session, null, remotePort);
        return connection.await(connection.daemon().endForward(params), ANSWER).forwards();
    }

    // doc:begin end
    /** Gives the workload back, and returns when it is as it was. */
    public void end(String session) throws DaemonException, InterruptedException {
        connection.await(connection.daemon().end(SessionSelector.ofSession(session)), ANSWER);
        WaitParams params = new WaitParams(session, "ended", null);
        connection.await(connection.daemon().waitUntil(params), Duration.ofMinutes(5));
    }
    // doc:end

    @Override
    public void close() throws IOException {
        connection.close();
    }

    /** The start of a Deployment with this process's environment. */
    // doc:begin deployment
    public static StartParams deployment(String name, String namespace, String image, String source) {
        StartParams params = new StartParams();
        params.kind = "Deployment";
        params.name = name;
        params.namespace = namespace;
        params.image = image;
        params.source = source;
        params.environment = Map.copyOf(System.getenv());
        return params;
    }
    // doc:end
}
