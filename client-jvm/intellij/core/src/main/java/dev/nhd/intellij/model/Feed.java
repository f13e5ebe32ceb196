package dev.nhd.intellij.model;

import dev.nhd.client.DaemonException;
import dev.nhd.client.WorkloadFollower;
import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.WatchTrouble;
import dev.nhd.client.protocol.WatchedPart;
import dev.nhd.client.protocol.WorkloadEvent;
import dev.nhd.client.protocol.WorkloadRef;
import dev.nhd.client.protocol.WorkloadSubscribeParams;
import dev.nhd.client.protocol.WorkloadSummary;
import dev.nhd.intellij.daemon.Daemon;
import dev.nhd.intellij.settings.Place;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * The workloads of one namespace as they change, for as long as a row shows them. Any thread may read; the listener is
 * called on the executor.
 */
public final class Feed {
    private final Place place;
    private final Daemon daemon;
    private final Executor executor;
    private final Runnable listener;
    private final Map<WorkloadRef, WorkloadSummary> workloads = new LinkedHashMap<>();
    /** What cannot be told, by what it is about. */
    private final Map<String, ErrorInfo> troubles = new HashMap<>();
    private final Object settling = new Object();
    private volatile WorkloadFollower follower;
    private volatile boolean isWanted;
    private ErrorInfo refusal;
    private boolean isKnown;
    private String context;
    private String server;

    public Feed(Place place, Daemon daemon, Executor executor, Runnable listener) {
        this.place = place;
        this.daemon = daemon;
        this.executor = executor;
        this.listener = listener;
    }

    public Place place() {
        return place;
    }

    /** By kind as the cluster names them, and by name; empty until they are known for the first time. */
    public synchronized Optional<List<WorkloadSummary>> workloads() {
        Comparator<WorkloadSummary> order = Comparator.comparing(summary -> summary.workload().name());
        return isKnown ? Optional.of(workloads.values().stream().sorted(order).toList()) : Optional.empty();
    }

    public synchronized Optional<WorkloadSummary> get(WorkloadRef workload) {
        return Optional.ofNullable(workloads.get(workload));
    }

    /** @return why they are not known, or not as they are now, else null */
    public synchronized ErrorInfo error() {
        return refusal != null ? refusal : troubles.get(WatchedPart.CLUSTER);
    }

    /** What cannot be told of them. */
    public synchronized List<ErrorInfo> warnings() {
        return troubles.entrySet().stream()
                .filter(trouble -> !trouble.getKey().equals(WatchedPart.CLUSTER))
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .toList();
    }

    /** @return the kubeconfig's context, or null until it is known */
    public synchronized String context() {
        return context;
    }

    /** @return the cluster's server, or null until it is known */
    public synchronized String server() {
        return server;
    }

    /** Whether it is to follow, for {@link #settle} to bring about. */
    public void want(boolean isFollowed) {
        isWanted = isFollowed;
    }

    /**
     * Follows, or follows no more, as is wanted now; what is known stays. Blocks, and so runs on no thread that draws.
     * In whatever order such tasks come to run, the last wish is what holds.
     */
    public void settle() throws InterruptedException {
        synchronized (settling) {
            if (isWanted && follower == null) {
                begin();
            } else if (!isWanted && follower != null) {
                WorkloadFollower last = follower;
                follower = null;
                daemon.unfollow(last);
            }
        }
    }

    private void begin() throws InterruptedException {
        WorkloadSubscribeParams params = new WorkloadSubscribeParams()
                .withContext(place.context())
                .withNamespace(place.namespace())
                .withKubeconfig(place.kubeconfig())
                .withEnvironment(daemon.environmentFor(null));
        WorkloadFollower next = new WorkloadFollower(params, executor, this::take, this::refused);
        follower = next;
        try {
            daemon.follow(next);
        } catch (DaemonException refused) {
            executor.execute(() -> refused(refused));
        }
    }

    private void take(WorkloadEvent event) {
        synchronized (this) {
            apply(event);
        }
        // What comes in several parts is told once it is whole.
        if (!Boolean.TRUE.equals(event.more())) {
            listener.run();
        }
    }

    private void apply(WorkloadEvent event) {
        switch (event.type()) {
            case WorkloadEvent.SNAPSHOT -> {
                workloads.clear();
                troubles.clear();
                refusal = null;
                isKnown = true;
                context = event.context();
                server = event.server();
                event.workloads().forEach(this::put);
                event.troubles().forEach(this::put);
            }
            case WorkloadEvent.CHANGED -> {
                event.upserted().forEach(this::put);
                event.removed().forEach(workloads::remove);
            }
            case WorkloadEvent.ERROR -> put(event.trouble());
            case WorkloadEvent.RECOVERED -> troubles.remove(event.part());
            default -> { }
        }
    }

    private void put(WorkloadSummary summary) {
        workloads.put(summary.workload(), summary);
    }

    private void put(WatchTrouble trouble) {
        troubles.put(trouble.part(), trouble.error());
    }

    private void refused(DaemonException why) {
        follower = null;
        synchronized (this) {
            refusal = why.info();
        }
        listener.run();
    }
}
