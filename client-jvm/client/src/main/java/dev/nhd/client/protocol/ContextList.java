// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * The contexts of a kubeconfig, merged as kubectl merges several files: the first to name a thing wins. Nothing was
 * asked of any cluster, no plugin was run, nothing was written, and no credential is in it.
 *
 * @param contexts In the order of the files.
 * @param files The files that were looked at, in their order: those to watch for changes.
 * @param current The name of the current context, which may be none of those that are there. May be null.
 * @param warnings Files that gave nothing. Empty where there is none.
 */
public record ContextList(
        List<ContextEntry> contexts,
        List<String> files,
        String current,
        List<ContextWarning> warnings) {
    /**
     * A list that is absent is empty.
     *
     * @param contexts In the order of the files.
     * @param files The files that were looked at, in their order: those to watch for changes.
     * @param current The name of the current context, which may be none of those that are there. May be null.
     * @param warnings Files that gave nothing. Empty where there is none.
     */
    public ContextList {
        warnings = warnings == null ? List.of() : warnings;
    }
}
