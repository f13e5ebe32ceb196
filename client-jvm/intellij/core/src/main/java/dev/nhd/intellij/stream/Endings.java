package dev.nhd.intellij.stream;

import dev.nhd.client.protocol.EndReason;
import dev.nhd.client.protocol.StreamEnd;
import dev.nhd.intellij.words.Messages;
import dev.nhd.intellij.words.Texts;
import java.util.Set;

/** Why a stream ended, in words. Pure. */
final class Endings {
    /** Where the reason says all that there is to say; of others the daemon's own words tell more. */
    private static final Set<String> PLAIN = Set.of(
            EndReason.EXITED, EndReason.CLOSED, EndReason.SESSION_ENDED, EndReason.POD_GONE, EndReason.DAEMON_STOPPED);

    private final Texts texts;

    Endings(Texts texts) {
        this.texts = texts;
    }

    String words(StreamEnd end) {
        if (end.reason().equals(EndReason.EXITED) && end.exitCode() != null) {
            return texts.t("The process has ended with code {0}.", end.exitCode());
        }
        String words = reason(end.reason());
        boolean isAll = end.message() == null || PLAIN.contains(end.reason());
        return isAll ? words : words + " " + Messages.sentence(end.message());
    }

    String broken() {
        return texts.t("nhd does not answer any more.");
    }

    private String reason(String reason) {
        return switch (reason) {
            case EndReason.EXITED -> texts.t("The process has ended.");
            case EndReason.CLOSED -> texts.t("It was closed.");
            case EndReason.SESSION_ENDED -> texts.t("DevMode has ended.");
            case EndReason.POD_GONE -> texts.t("The pod is gone.");
            case EndReason.CONTAINER_RESTARTED -> texts.t("The container was restarted.");
            case EndReason.CONNECTION_LOST -> texts.t("The connection to the cluster was lost.");
            case EndReason.NOT_STARTED -> texts.t("The process could not be started.");
            case EndReason.NOT_ATTACHED -> texts.t("Nobody came for it in time.");
            case EndReason.IDLE -> texts.t("Nobody used it for a long time.");
            case EndReason.STALLED -> texts.t("Nobody took what it wrote.");
            case EndReason.DAEMON_STOPPED -> texts.t("nhd was stopped.");
            case EndReason.REFUSED -> texts.t("nhd does not know it any more.");
            case EndReason.MALFORMED -> texts.t("nhd did not understand this plugin.");
            default -> reason;
        };
    }
}
