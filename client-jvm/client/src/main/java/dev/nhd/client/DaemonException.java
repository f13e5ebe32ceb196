package dev.nhd.client;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import dev.nhd.client.protocol.ErrorData;
import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.ErrorKind;
import java.util.Map;
import org.eclipse.lsp4j.jsonrpc.ResponseErrorException;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseError;

/** What a call can fail with. Branch on {@link #kind}; message and hint are for people. */
public final class DaemonException extends Exception {
    private static final long serialVersionUID = 1;

    /** The kind of the error. */
    private final String kind;
    /** What to do next, or null. */
    private final String hint;
    /** The session that it concerns, or null. */
    private final String session;
    /** Which text the message is, or null. */
    private final String code;
    /** What stands in the places of that text's arguments. */
    private final transient Map<String, String> arguments;
    /** What there is to act on, or null. */
    private final transient ErrorData data;

    /**
     * A failure that came in the midst of something else, such as a session's own, to be told like any other.
     *
     * @param info what the daemon says of it
     */
    public DaemonException(ErrorInfo info) {
        this(info, null);
    }

    DaemonException(ErrorInfo info, Throwable cause) {
        super(info.message(), cause);
        kind = info.kind();
        hint = info.hint();
        session = info.session();
        code = info.code();
        arguments = info.arguments() == null ? Map.of() : Map.copyOf(info.arguments());
        data = info.data();
    }

    /**
     * The kind of the error.
     *
     * @return one of {@link ErrorKind}; one that is not there is a later daemon's, and is to be treated as
     *     {@code internal}
     */
    public String kind() {
        return kind;
    }

    /**
     * What to do next.
     *
     * @return words for the user, or null
     */
    public String hint() {
        return hint;
    }

    /**
     * The session that it concerns.
     *
     * @return its id, or null
     */
    public String session() {
        return session;
    }

    /**
     * Which text the message is, finer than {@link #kind}, to translate it by.
     *
     * @return its code in the protocol's reference, or null
     */
    public String code() {
        return code;
    }

    /**
     * What stands in the places of that text's arguments.
     *
     * @return by their names; empty where there are none
     */
    public Map<String, String> arguments() {
        return arguments;
    }

    /**
     * What there is to act on: choices, missing permissions, a place in a file, an owner, the holder of a port.
     *
     * @return it, or null
     */
    public ErrorData data() {
        return data;
    }

    /**
     * The same as the daemon says it of sessions.
     *
     * @return all that there is to say
     */
    public ErrorInfo info() {
        return new ErrorInfo(kind, getMessage(), arguments, code, data, hint, session);
    }

    static DaemonException of(ResponseErrorException answer) {
        ResponseError error = answer.getResponseError();
        ErrorInfo info = null;
        if (error.getData() instanceof JsonElement data && data.isJsonObject()) {
            info = new Gson().fromJson(data, ErrorInfo.class);
        }
        // JSON-RPC's own errors, such as a method that an older daemon does not have, come without data.
        return info != null && info.kind() != null
                ? new DaemonException(info, answer)
                : here(ErrorKind.INTERNAL, error.getMessage(), answer);
    }

    /** The daemon is not there, in the words that the protocol has for it. */
    static DaemonException unreachable(String message, Throwable cause) {
        return new DaemonException(info(ErrorKind.DAEMON_UNREACHABLE, message, "connect again"), cause);
    }

    /** Another thread cancelled the request. */
    static DaemonException cancelled(Throwable cause) {
        return here(ErrorKind.CANCELLED, "the request was cancelled", cause);
    }

    static DaemonException timeout(String message, Throwable cause) {
        return here(ErrorKind.TIMEOUT, message, cause);
    }

    private static DaemonException here(String kind, String message, Throwable cause) {
        return new DaemonException(info(kind, message, null), cause);
    }

    private static ErrorInfo info(String kind, String message, String hint) {
        return new ErrorInfo(kind, message, Map.of(), null, null, hint, null);
    }
}
