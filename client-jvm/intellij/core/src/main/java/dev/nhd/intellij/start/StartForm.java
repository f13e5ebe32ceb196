package dev.nhd.intellij.start;

import java.util.List;

/**
 * What a start's dialog shows, each field with what it begins with.
 *
 * @param containers those to choose from; one or none is no question
 * @param container the one that is likely, or null
 * @param isContainerConfigured whether the dev configuration names it
 * @param images those that are suggested, the likeliest first
 * @param image the one that is likely, or null
 * @param isImageConfigured whether the dev configuration names it
 * @param source the folder that is likely
 */
public record StartForm(
        List<String> containers, String container, boolean isContainerConfigured,
        List<Image> images, String image, boolean isImageConfigured, String source) {
    /**
     * An image that may be the one.
     *
     * @param image its name
     * @param why in words
     */
    public record Image(String image, String why) {}

    /** Whether there is nothing to ask: the same as last time, or as the configuration says. */
    public boolean isComplete() {
        boolean hasContainer = containers.size() < 2 || container != null;
        return hasContainer && image != null && source != null;
    }
}
