package dev.nhd.client;

import dev.nhd.client.protocol.EventNotification;
import dev.nhd.client.protocol.WorkloadNotification;
import org.eclipse.lsp4j.jsonrpc.services.JsonNotification;

/** What the daemon sends by itself. {@link EventFollower} is what a plugin takes it with. */
public interface DaemonEvents {
    /**
     * Takes an event, on the thread that reads the connection: whoever waits here for an answer waits for ever.
     *
     * @param notification the event, with the subscription that it belongs to
     */
    @JsonNotification("events.event")
    void event(EventNotification notification);

    /**
     * Takes an event of workloads that no {@link WorkloadFollower} was given for, on the thread that reads.
     *
     * @param notification the event, with the subscription that it belongs to
     */
    @JsonNotification("workload.event")
    default void workloads(WorkloadNotification notification) {}
}
