package dev.nhd.client;

import java.util.concurrent.CompletableFuture;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;

/** The requests of the daemon that a plugin needs; {@code docs/protocol.md} has all of them. */
// doc:begin daemon
public interface NhdDaemon {
    /** The version of the protocol that this client speaks. */
    int PROTOCOL = 1;

    @JsonRequest("daemon.hello")
    CompletableFuture<HelloResult> hello(HelloParams params);

    @JsonRequest("session.plan")
    CompletableFuture<PlanResult> plan(StartParams params);

    @JsonRequest("session.start")
    CompletableFuture<SessionStatus> start(StartParams params);

    @JsonRequest("session.status")
    CompletableFuture<SessionStatus> status(SessionSelector selector);

    @JsonRequest("session.list")
    CompletableFuture<SessionList> list(SessionSelector selector);

    /** Java keeps {@code wait} for itself. */
    @JsonRequest("session.wait")
    CompletableFuture<SessionStatus> waitUntil(WaitParams params);

    @JsonRequest("session.end")
    CompletableFuture<SessionList> end(SessionSelector selector);

    @JsonRequest("forward.start")
    CompletableFuture<SessionForward> startForward(ForwardStartParams params);

    @JsonRequest("forward.end")
    CompletableFuture<ForwardList> endForward(ForwardEndParams params);

    @JsonRequest("events.subscribe")
    CompletableFuture<String> subscribe(EventsParams params);

    /** The protocol wants an array with one id here, and that is what lsp4j makes of a string; a list it would wrap again. */
    @JsonRequest("events.unsubscribe")
    CompletableFuture<Boolean> unsubscribe(String subscription);
}
// doc:end
