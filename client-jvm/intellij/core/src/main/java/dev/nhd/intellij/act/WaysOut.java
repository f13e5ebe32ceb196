package dev.nhd.intellij.act;

import static dev.nhd.intellij.act.WayOut.CHOOSE_CONTAINER;
import static dev.nhd.intellij.act.WayOut.CHOOSE_CONTEXT;
import static dev.nhd.intellij.act.WayOut.CHOOSE_FOLDER;
import static dev.nhd.intellij.act.WayOut.CHOOSE_IMAGE;
import static dev.nhd.intellij.act.WayOut.CHOOSE_NAMESPACE;
import static dev.nhd.intellij.act.WayOut.CHOOSE_PORT;
import static dev.nhd.intellij.act.WayOut.DOCTOR;
import static dev.nhd.intellij.act.WayOut.END;
import static dev.nhd.intellij.act.WayOut.OPEN_CONFIGURATION;
import static dev.nhd.intellij.act.WayOut.OPEN_SETTINGS;
import static dev.nhd.intellij.act.WayOut.RESTART_DAEMON;
import static dev.nhd.intellij.act.WayOut.RESTART_SESSION;
import static dev.nhd.intellij.act.WayOut.RESUME_SYNC;
import static dev.nhd.intellij.act.WayOut.SHOW_SESSION;
import static dev.nhd.intellij.act.WayOut.TAKE_OVER;
import static dev.nhd.intellij.act.WayOut.TRY_AGAIN;

import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.ErrorKind;
import java.util.List;
import java.util.stream.Stream;

/** The ways out of a failure, by what went wrong. Pure. */
public final class WaysOut {
    private WaysOut() {}

    /**
     * What a failure happened to, as far as a way out needs it.
     *
     * @param isStart whether it was a start, which can be tried otherwise
     * @param hasSession whether a session is known that it is about
     * @param canRepeat whether what failed can be done once more
     */
    public record Circumstances(boolean isStart, boolean hasSession, boolean canRepeat) {}

    public static List<WayOut> of(ErrorInfo error, Circumstances circumstances) {
        return ways(error).filter(way -> isPossible(way, circumstances)).toList();
    }

    private static Stream<WayOut> ways(ErrorInfo error) {
        return switch (error.kind()) {
            case ErrorKind.CONTAINER_AMBIGUOUS, ErrorKind.CONTAINER_NOT_FOUND -> Stream.of(CHOOSE_CONTAINER);
            case ErrorKind.IMAGE_NOT_PULLABLE -> Stream.of(CHOOSE_IMAGE);
            // The same request fails again.
            case ErrorKind.INVALID_REQUEST -> isOfImage(error) ? Stream.of(CHOOSE_IMAGE) : Stream.of();
            case ErrorKind.SOURCE_MISSING -> Stream.of(CHOOSE_FOLDER);
            case ErrorKind.CONTEXT_NOT_FOUND, ErrorKind.ANOTHER_CLUSTER -> Stream.of(CHOOSE_CONTEXT);
            case ErrorKind.KUBECONFIG_INVALID -> Stream.of(OPEN_SETTINGS, CHOOSE_CONTEXT);
            case ErrorKind.NAMESPACE_NOT_FOUND, ErrorKind.WORKLOAD_NOT_FOUND -> Stream.of(CHOOSE_NAMESPACE);
            case ErrorKind.PERMISSION_DENIED, ErrorKind.UNAUTHORIZED -> Stream.of(DOCTOR, TRY_AGAIN);
            case ErrorKind.CLUSTER_UNREACHABLE -> Stream.of(TRY_AGAIN, CHOOSE_CONTEXT, DOCTOR);
            case ErrorKind.IN_DEV_MODE_ELSEWHERE -> Stream.of(TAKE_OVER);
            case ErrorKind.WORKLOAD_OVERWRITTEN -> Stream.of(END);
            case ErrorKind.SESSION_EXISTS -> Stream.of(SHOW_SESSION, RESTART_SESSION);
            case ErrorKind.CONFIG_INVALID -> Stream.of(OPEN_CONFIGURATION);
            case ErrorKind.SYNCTHING_MISSING, ErrorKind.SYNCTHING_TOO_OLD -> Stream.of(OPEN_SETTINGS);
            case ErrorKind.SYNC_PAUSED -> Stream.of(RESUME_SYNC);
            case ErrorKind.LOCAL_PORT_TAKEN, ErrorKind.LOCAL_PORT_DENIED -> Stream.of(CHOOSE_PORT);
            case ErrorKind.DAEMON_UNREACHABLE, ErrorKind.PROTOCOL_MISMATCH -> Stream.of(RESTART_DAEMON, OPEN_SETTINGS);
            default -> Stream.of(TRY_AGAIN);
        };
    }

    private static boolean isOfImage(ErrorInfo error) {
        boolean isMember = error.arguments() != null && "image".equals(error.arguments().get("member"));
        return "imageMissing".equals(error.code()) || isMember || error.message().startsWith("image ");
    }

    private static boolean isPossible(WayOut way, Circumstances circumstances) {
        return switch (way) {
            case TRY_AGAIN -> circumstances.canRepeat();
            case CHOOSE_CONTAINER, CHOOSE_IMAGE, CHOOSE_FOLDER, TAKE_OVER, RESTART_SESSION -> circumstances.isStart();
            case END, RESUME_SYNC, CHOOSE_PORT -> circumstances.hasSession();
            default -> true;
        };
    }
}
