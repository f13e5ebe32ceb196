package dev.nhd.intellij.words;

import dev.nhd.client.protocol.DevModeSummary;
import dev.nhd.client.protocol.DoctorGroup;
import dev.nhd.client.protocol.ForwardState;
import dev.nhd.client.protocol.NamedCommand;
import dev.nhd.client.protocol.Phase;
import dev.nhd.client.protocol.PortReason;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.StepName;
import dev.nhd.client.protocol.StreamState;
import dev.nhd.client.protocol.StreamStatus;
import dev.nhd.client.protocol.SyncState;
import dev.nhd.client.protocol.SyncStatus;
import dev.nhd.client.protocol.WorkloadRef;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** The product's words for what the protocol has names for. What a later daemon adds is named as it names it. */
public final class Words {
    private static final String[] SIZES = {"B", "kB", "MB", "GB", "TB"};

    private final Texts texts;

    public Words(Texts texts) {
        this.texts = texts;
    }

    public String phase(String phase) {
        return switch (phase) {
            case Phase.STARTING -> texts.t("starting");
            case Phase.READY -> texts.t("first sync");
            case Phase.SYNCED -> texts.t("in DevMode");
            case Phase.RECONNECTING -> texts.t("reconnecting");
            case Phase.BLOCKED -> texts.t("blocked");
            case Phase.ENDING -> texts.t("ending");
            case Phase.ENDED -> texts.t("ended");
            case Phase.FAILED -> texts.t("failed");
            default -> phase;
        };
    }

    public String sync(String state) {
        return switch (state) {
            case SyncState.STARTING -> texts.t("sync is starting");
            case SyncState.CONNECTING -> texts.t("connecting to the pod");
            case SyncState.SYNCING -> texts.t("syncing");
            case SyncState.IN_SYNC -> texts.t("in sync");
            case SyncState.PAUSED -> texts.t("paused");
            case SyncState.DEGRADED -> texts.t("in sync, with files left out");
            case SyncState.SOURCE_LOST -> texts.t("the folder is gone");
            case SyncState.FAILED -> texts.t("sync failed");
            default -> state;
        };
    }

    /** {@code 45 %, 12 files left} */
    public String syncProgress(SyncStatus sync) {
        if (!sync.state().equals(SyncState.SYNCING)) {
            return sync(sync.state());
        }
        String left = sync.needFiles() == 1 ? texts.t("1 file left") : texts.t("{0} files left", sync.needFiles());
        return texts.t("{0} %, {1}", (long) sync.completion(), left);
    }

    public String step(String step) {
        return switch (step) {
            case StepName.PLAN -> texts.t("Planning the change");
            case StepName.CREATE_RECORD -> texts.t("Recording the original");
            case StepName.UPDATE_RECORD -> texts.t("Updating the record");
            case StepName.CREATE_VOLUMES -> texts.t("Creating the volume claims");
            case StepName.AWAIT_VOLUMES -> texts.t("Waiting for the volumes");
            case StepName.PIN_AUTOSCALERS -> texts.t("Holding the autoscalers");
            case StepName.ENTER_DEV_MODE -> texts.t("Changing the workload");
            case StepName.CREATE_DEV_WORKLOAD -> texts.t("Creating the dev workload");
            case StepName.DELETE_STALE_PODS -> texts.t("Deleting stale pods");
            case StepName.LET_OLD_PODS_GO -> texts.t("Letting the old pods go");
            case StepName.AWAIT_RELEASE -> texts.t("Waiting for the old pod to go");
            case StepName.OPEN_FORWARD -> texts.t("Opening the tunnel");
            case StepName.START_SYNC -> texts.t("Starting the sync");
            case StepName.AWAIT_POD -> texts.t("Waiting for the dev pod");
            case StepName.AWAIT_SYNC -> texts.t("Syncing files");
            case StepName.STOP_SYNC -> texts.t("Stopping the sync");
            case StepName.CLOSE_FORWARD -> texts.t("Closing the tunnel");
            case StepName.DELETE_DEV_WORKLOAD -> texts.t("Deleting the dev workload");
            case StepName.MERGE_CHANGES -> texts.t("Keeping what others changed");
            case StepName.RESTORE_WORKLOAD -> texts.t("Putting the original back");
            case StepName.AWAIT_ROLLOUT -> texts.t("Waiting for the original pods");
            case StepName.DELETE_DEV_REVISION -> texts.t("Deleting the dev revision");
            case StepName.SETTLE_WORKLOAD -> texts.t("Giving the controls back");
            case StepName.RETURN_OWNERSHIP -> texts.t("Giving the ownership back");
            case StepName.RELEASE_AUTOSCALERS -> texts.t("Releasing the autoscalers");
            case StepName.DELETE_CLAIMS -> texts.t("Deleting claims of the dev pod");
            case StepName.DELETE_RECORD -> texts.t("Deleting the record");
            case StepName.FORGET -> texts.t("Finishing");
            default -> step;
        };
    }

    public String forward(String state) {
        return switch (state) {
            case ForwardState.OPENING -> texts.t("opening");
            case ForwardState.LISTENING -> texts.t("listening");
            case ForwardState.BLOCKED -> texts.t("blocked");
            default -> state;
        };
    }

    /** Why a port may be worth a forward. */
    public String reason(PortReason reason) {
        return switch (reason.type()) {
            case PortReason.CONFIGURED -> "debug".equals(reason.reason())
                    ? texts.t("for a debugger, says the dev configuration")
                    : texts.t("says the dev configuration");
            case PortReason.CONTAINER -> reason.name() == null
                    ? texts.t("container {0}", reason.container())
                    : texts.t("{0} of container {1}", reason.name(), reason.container());
            case PortReason.SERVICE -> texts.t("service {0}", reason.service() + ":" + reason.port());
            case PortReason.LISTENING -> Boolean.TRUE.equals(reason.loopbackOnly())
                    ? texts.t("listens, inside the pod alone")
                    : texts.t("listens");
            default -> "";
        };
    }

    /** A command of the dev configuration as it was asked for: with hot reload another may stand in for it. */
    public static String command(String named) {
        return switch (named) {
            case NamedCommand.HOT_RELOAD_RUN -> NamedCommand.RUN;
            case NamedCommand.HOT_RELOAD_DEBUG -> NamedCommand.DEBUG;
            default -> named;
        };
    }

    /** How a command with hot reload does, or null of another. */
    public String hotReload(StreamStatus stream) {
        if (!Boolean.TRUE.equals(stream.hotReload())) {
            return null;
        }
        String name = command(stream.named() == null ? NamedCommand.RUN : stream.named());
        if (stream.state().equals(StreamState.AWAITING_SYNC)) {
            return texts.t("{0} waits for the next save", name);
        }
        long runs = stream.runs() == null ? 0 : stream.runs();
        return runs > 1 ? texts.t("{0} reloaded, run {1}", name, runs) : texts.t("{0} reloads with each save", name);
    }

    public String stream(String state) {
        return switch (state) {
            case StreamState.STARTING -> texts.t("starting");
            case StreamState.RUNNING -> texts.t("running");
            case StreamState.AWAITING_SYNC -> texts.t("waiting for the next save");
            case StreamState.ENDED -> texts.t("ended");
            default -> state;
        };
    }

    /** How a group of workloads is called; Kubernetes' own names are not translated. */
    public static String plural(String kind) {
        return kind + "s";
    }

    /** {@code deployment/reviews}, where it is named apart from its place. */
    public static String workload(WorkloadRef workload) {
        return workload.kind().toLowerCase(Locale.ROOT) + "/" + workload.name();
    }

    /** {@code in DevMode here}, {@code ann@laptop, 2 h} */
    public String owner(DevModeSummary devMode, Instant now) {
        if (devMode.here()) {
            return texts.t("in DevMode here");
        }
        if (devMode.owner() == null) {
            return Boolean.TRUE.equals(devMode.byNocalhost())
                    ? texts.t("in DevMode by Nocalhost")
                    : texts.t("in DevMode elsewhere");
        }
        return devMode.owner().user() + "@" + devMode.owner().host() + ", " + since(devMode.owner().since(), now);
    }

    /** What a session is about now, in a few words; the step is the one under way, or null. */
    public String session(SessionStatus status, String step) {
        SyncStatus sync = status.sync();
        String phase = status.phase();
        boolean isFirstSync = phase.equals(Phase.STARTING) && StepName.AWAIT_SYNC.equals(step)
                && sync != null && sync.state().equals(SyncState.SYNCING);
        if (isFirstSync) {
            return step(step) + ": " + syncProgress(sync);
        }
        if (phase.equals(Phase.STARTING) || phase.equals(Phase.ENDING)) {
            return step == null ? phase(phase) : step(step);
        }
        boolean isSynced = phase.equals(Phase.READY) || phase.equals(Phase.SYNCED);
        return isSynced && sync != null ? syncProgress(sync) : phase(phase);
    }

    /** The same with the cluster's words for what is waited for, where there is room for them. */
    public String progress(SessionStatus status, String step) {
        String words = session(status, step);
        boolean waits = status.phase().equals(Phase.STARTING) && status.pod() != null && status.pod().waitingFor() != null;
        return waits ? words + " (" + status.pod().waitingFor() + ")" : words;
    }

    public String doctorGroup(String group) {
        return switch (group) {
            case DoctorGroup.DAEMON -> texts.t("The daemon");
            case DoctorGroup.MACHINE -> texts.t("This machine");
            case DoctorGroup.KUBECONFIG -> texts.t("The kubeconfig");
            case DoctorGroup.CLUSTER -> texts.t("The cluster");
            case DoctorGroup.PERMISSIONS -> texts.t("What you may do");
            case DoctorGroup.LEFTOVERS -> texts.t("What earlier sessions left");
            default -> group;
        };
    }

    /** {@code 3 min}, {@code 2 h}, {@code 5 d}. */
    public String since(String moment, Instant now) {
        long minutes = Math.max(0, Duration.between(Instant.parse(moment), now).toMinutes());
        if (minutes < 1) {
            return texts.t("just now");
        }
        if (minutes < 60) {
            return texts.t("{0} min", minutes);
        }
        long hours = minutes / 60;
        return hours < 48 ? texts.t("{0} h", hours) : texts.t("{0} d", hours / 24);
    }

    /** {@code 3.2 MB} */
    public static String size(long bytes) {
        int power = 0;
        double value = bytes;
        while (value >= 1000 && power < SIZES.length - 1) {
            value /= 1000;
            power++;
        }
        String number = value < 10 && power > 0
                ? String.format(Locale.ROOT, "%.1f", value)
                : String.valueOf(Math.round(value));
        return number + " " + SIZES[power];
    }
}
