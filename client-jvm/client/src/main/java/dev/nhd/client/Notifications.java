package dev.nhd.client;

import dev.nhd.client.protocol.EventNotification;
import dev.nhd.client.protocol.WorkloadNotification;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Leads what the daemon sends by itself to whoever subscribed to it on this connection. */
final class Notifications implements DaemonEvents {
    private final DaemonEvents events;
    private final Map<String, WorkloadFollower> followers = new ConcurrentHashMap<>();

    Notifications(DaemonEvents events) {
        this.events = events;
    }

    @Override
    public void event(EventNotification notification) {
        events.event(notification);
    }

    @Override
    public void workloads(WorkloadNotification notification) {
        WorkloadFollower follower = followers.get(notification.subscription());
        if (follower != null) {
            follower.event(notification.result());
        } else {
            events.workloads(notification);
        }
    }

    /** The first event is read right after the answer, by the same thread, which so has to know the follower by then. */
    void lead(CompletableFuture<String> subscription, WorkloadFollower follower) {
        subscription.thenAccept(id -> followers.put(id, follower));
    }

    void forget(String subscription) {
        followers.remove(subscription);
    }
}
