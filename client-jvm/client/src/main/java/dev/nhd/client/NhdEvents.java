package dev.nhd.client;

import org.eclipse.lsp4j.jsonrpc.services.JsonNotification;

/** What the daemon sends by itself. */
// doc:begin events
public interface NhdEvents {
    /** Runs on the thread that reads the connection: whoever waits here for an answer waits for ever. */
    @JsonNotification("events.event")
    void event(EventNotification notification);
}
// doc:end
