package dev.nhd.client;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.ErrorKind;
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

    DaemonException(ErrorInfo info, Throwable cause) {
        super(info.message(), cause);
        kind = info.kind();
        hint = info.hint();
        session = info.session();
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
        return new DaemonException(new ErrorInfo(ErrorKind.DAEMON_UNREACHABLE, message, "connect again", null), cause);
    }

    /** Another thread cancelled the request. */
    static DaemonException cancelled(Throwable cause) {
        return here(ErrorKind.CANCELLED, "the request was cancelled", cause);
    }

    static DaemonException timeout(String message, Throwable cause) {
        return here(ErrorKind.TIMEOUT, message, cause);
    }

    private static DaemonException here(String kind, String message, Throwable cause) {
        return new DaemonException(new ErrorInfo(kind, message, null, null), cause);
    }
}
