// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * A terminal, a command or a log with all that there is to know of it.
 *
 * @param kind What a stream is. One of {@link StreamKind}.
 * @param startedAt When it was opened.
 * @param state How far a stream has come. One of {@link StreamState}.
 * @param stream Its id.
 * @param workload One workload of a cluster.
 * @param clients How many clients are attached. May be null.
 * @param command What is run; without it a shell that is found. Empty where there is none.
 * @param container The container, by its name in the pod. May be null.
 * @param detached It outlives its clients. May be null.
 * @param end How it ended. May be null.
 * @param endedAt When it ended. May be null.
 * @param hotReload It is run again after each completed sync. May be null.
 * @param named The name of the command in the dev configuration. One of {@link NamedCommand}. May be null.
 * @param pod Where it is; of a log only where one is named. May be null.
 * @param runs How often it has been started. May be null.
 * @param session The session that it belongs to and ends with. May be null.
 * @param size The size of its terminal. May be null.
 * @param tty Whether it runs in a terminal. May be null.
 */
public record StreamStatus(
        String kind,
        String startedAt,
        String state,
        String stream,
        WorkloadRef workload,
        Long clients,
        List<String> command,
        String container,
        Boolean detached,
        StreamEnd end,
        String endedAt,
        Boolean hotReload,
        String named,
        String pod,
        Long runs,
        String session,
        TerminalSize size,
        Boolean tty) {
    /**
     * A list that is absent is empty.
     *
     * @param kind What a stream is. One of {@link StreamKind}.
     * @param startedAt When it was opened.
     * @param state How far a stream has come. One of {@link StreamState}.
     * @param stream Its id.
     * @param workload One workload of a cluster.
     * @param clients How many clients are attached. May be null.
     * @param command What is run; without it a shell that is found. Empty where there is none.
     * @param container The container, by its name in the pod. May be null.
     * @param detached It outlives its clients. May be null.
     * @param end How it ended. May be null.
     * @param endedAt When it ended. May be null.
     * @param hotReload It is run again after each completed sync. May be null.
     * @param named The name of the command in the dev configuration. One of {@link NamedCommand}. May be null.
     * @param pod Where it is; of a log only where one is named. May be null.
     * @param runs How often it has been started. May be null.
     * @param session The session that it belongs to and ends with. May be null.
     * @param size The size of its terminal. May be null.
     * @param tty Whether it runs in a terminal. May be null.
     */
    public StreamStatus {
        command = command == null ? List.of() : command;
    }
}
