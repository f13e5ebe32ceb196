package dev.nhd.intellij.forward;

import dev.nhd.client.DaemonException;
import dev.nhd.client.protocol.ForwardEndParams;
import dev.nhd.client.protocol.ForwardStartParams;
import dev.nhd.client.protocol.PortForward;
import dev.nhd.client.protocol.PortReason;
import dev.nhd.client.protocol.PortSuggestion;
import dev.nhd.client.protocol.SessionForward;
import dev.nhd.client.protocol.SessionSelector;
import dev.nhd.intellij.daemon.Daemon;
import dev.nhd.intellij.words.Texts;
import dev.nhd.intellij.words.Words;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Adds and ends forwards, and says which may be worth it. Its methods block. */
public final class Forwards {
    private final Daemon daemon;
    private final Words words;

    /**
     * A port that may be worth a forward.
     *
     * @param port the port in the pod
     * @param why in words
     */
    public record Suggestion(int port, String why) {}

    public Forwards(Daemon daemon, Texts texts) {
        this.daemon = daemon;
        words = new Words(texts);
    }

    /** What listens now comes first. Those that are forwarded already are left out. */
    public List<Suggestion> suggested(String session) throws DaemonException, InterruptedException {
        if (!daemon.has("forward.suggest")) {
            return List.of();
        }
        SessionSelector selector = new SessionSelector().withSession(session);
        return daemon.client().call(methods -> methods.forwardSuggest(selector)).ports().stream()
                .filter(suggestion -> suggestion.localPort() == null)
                .sorted(Comparator.comparing(suggestion -> !listens(suggestion)))
                .map(suggestion -> new Suggestion(suggestion.port(), why(suggestion)))
                .toList();
    }

    private static boolean listens(PortSuggestion suggestion) {
        return suggestion.reasons().stream().anyMatch(reason -> reason.type().equals(PortReason.LISTENING));
    }

    private String why(PortSuggestion suggestion) {
        return suggestion.reasons().stream()
                .map(words::reason)
                .filter(why -> !why.isEmpty())
                .collect(Collectors.joining(" · "));
    }

    public SessionForward add(String session, Ports ports) throws DaemonException, InterruptedException {
        ForwardStartParams params = new ForwardStartParams(ports.remote()).withSession(session);
        ForwardStartParams whole = ports.local() == null ? params : params.withLocalPort(ports.local());
        return daemon.client().call(methods -> methods.forwardStart(whole));
    }

    public void end(String session, PortForward forward) throws DaemonException, InterruptedException {
        ForwardEndParams params = new ForwardEndParams().withSession(session).withRemotePort(forward.remotePort());
        ForwardEndParams whole = forward.localPort() == null ? params : params.withLocalPort(forward.localPort());
        daemon.client().call(methods -> methods.forwardEnd(whole));
    }
}
