package dev.nhd.intellij.settings;

import dev.nhd.client.protocol.WorkloadRef;
import java.util.ArrayList;
import java.util.List;

/** What the user chose last for a workload, so that one Enter is the same again. For one project. */
public final class Memory {
    private static final String CHOICES = "choices";
    private static final String IMAGES = "images";
    private static final int WORKLOADS_KEPT = 100;
    private static final int IMAGES_KEPT = 8;
    /** Workload, container, image and folder are kept one after the other. */
    private static final int WIDTH = 4;

    private final Kept kept;

    /**
     * The choices of one start; null where nothing was chosen.
     *
     * @param container the container that is developed in
     * @param image the dev image
     * @param source the folder with the sources
     */
    public record Choices(String container, String image, String source) {
        static final Choices NONE = new Choices(null, null, null);
    }

    public Memory(Kept kept) {
        this.kept = kept;
    }

    /** @return what was chosen last; the context may be null where it is the kubeconfig's own */
    public synchronized Choices of(String context, WorkloadRef workload) {
        List<String> all = kept.get(CHOICES);
        String key = key(context, workload);
        for (int at = 0; at + WIDTH <= all.size(); at += WIDTH) {
            if (all.get(at).equals(key)) {
                return new Choices(word(all.get(at + 1)), word(all.get(at + 2)), word(all.get(at + 3)));
            }
        }
        return Choices.NONE;
    }

    /** Whether it is the one that was started last. */
    public synchronized boolean isLatest(String context, WorkloadRef workload) {
        List<String> all = kept.get(CHOICES);
        return !all.isEmpty() && all.get(0).equals(key(context, workload));
    }

    /** @return images that were used lately, the latest first */
    public List<String> images() {
        return kept.get(IMAGES);
    }

    public synchronized void keep(String context, WorkloadRef workload, Choices choices) {
        String key = key(context, workload);
        List<String> next = new ArrayList<>(
                List.of(key, text(choices.container()), text(choices.image()), text(choices.source())));
        List<String> all = kept.get(CHOICES);
        for (int at = 0; at + WIDTH <= all.size() && next.size() < WORKLOADS_KEPT * WIDTH; at += WIDTH) {
            if (!all.get(at).equals(key)) {
                next.addAll(all.subList(at, at + WIDTH));
            }
        }
        kept.put(CHOICES, next);
        if (choices.image() != null) {
            kept.put(IMAGES, first(choices.image(), images(), IMAGES_KEPT));
        }
    }

    static List<String> first(String latest, List<String> earlier, int limit) {
        List<String> next = new ArrayList<>(List.of(latest));
        earlier.stream().filter(each -> !each.equals(latest)).limit(limit - 1).forEach(next::add);
        return next;
    }

    private static String key(String context, WorkloadRef workload) {
        return String.join("/", text(context), text(workload.namespace()), workload.kind(), workload.name());
    }

    private static String text(String word) {
        return word == null ? "" : word;
    }

    private static String word(String text) {
        return text.isEmpty() ? null : text;
    }
}
