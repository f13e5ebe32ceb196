package dev.nhd.intellij.settings;

/**
 * What the user has set; null where nothing is said, which is then the kubeconfig's or the dev configuration's to say.
 *
 * @param path {@code nhd-cli}, {@code nhd} beside it, or their folder
 * @param syncthing the syncthing that a daemon is started with
 * @param kubeconfig kubeconfig files, as the variable KUBECONFIG has them
 * @param context the context of the kubeconfig
 * @param namespace the namespace
 * @param planBeforeStart whether a start shows first what it would change
 */
public record Settings(
        String path, String syncthing, String kubeconfig, String context, String namespace, boolean planBeforeStart) {
    /** Nothing is set. */
    public static final Settings NONE = new Settings(null, null, null, null, null, false);

    /** A field that is left empty says nothing. */
    public Settings {
        path = stripped(path);
        syncthing = stripped(syncthing);
        kubeconfig = stripped(kubeconfig);
        context = stripped(context);
        namespace = stripped(namespace);
    }

    private static String stripped(String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }
}
