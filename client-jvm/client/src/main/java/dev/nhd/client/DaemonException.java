package dev.nhd.client;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import org.eclipse.lsp4j.jsonrpc.ResponseErrorException;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseError;

/** What a request can fail with. Branch on {@link #kind}; message and hint are for people. */
// doc:begin exception
public final class DaemonException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient ErrorInfo info;

    DaemonException(ErrorInfo info, Throwable cause) {
        super(info.message(), cause);
        this.info = info;
    }

    /** The kind of the error, as {@code docs/protocol.md} lists them. */
    public String kind() {
        return info.kind();
    }

    /** What to do next, or null. */
    public String hint() {
        return info.hint();
    }

    /** The session that it concerns, or null. */
    public String session() {
        return info.session();
    }

    static DaemonException of(ResponseErrorException answer) {
        ResponseError error = answer.getResponseError();
        ErrorInfo info = null;
        if (error.getData() instanceof JsonElement data && data.isJsonObject()) {
            info = new Gson().fromJson(data, ErrorInfo.class);
        }
        // JSON-RPC's own errors, such as a method that an older daemon does not have, come without data.
        return new DaemonException(
                info != null ? info : new ErrorInfo("internal", error.getMessage(), null, null), answer);
    }

    /** The daemon is not there, in the words that the protocol has for it. */
    static DaemonException unreachable(String message, Throwable cause) {
        return new DaemonException(new ErrorInfo("daemonUnreachable", message, "connect again", null), cause);
    }

    /** Another thread cancelled the request. */
    static DaemonException cancelled(Throwable cause) {
        return new DaemonException(new ErrorInfo("cancelled", "the request was cancelled", null, null), cause);
    }

    static DaemonException timeout(String message, Throwable cause) {
        return new DaemonException(new ErrorInfo("timeout", message, null, null), cause);
    }
}
// doc:end
