package dev.nhd.intellij.settings;

/**
 * Where a request goes; null is the kubeconfig's own.
 *
 * @param kubeconfig kubeconfig files, as the variable KUBECONFIG has them
 * @param context a context of theirs
 * @param namespace a namespace
 */
public record Place(String kubeconfig, String context, String namespace) {
    public Place withContext(String other) {
        return new Place(kubeconfig, other, namespace);
    }

    public Place withNamespace(String other) {
        return new Place(kubeconfig, context, other);
    }
}
