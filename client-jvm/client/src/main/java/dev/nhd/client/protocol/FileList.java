// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * What a folder holds.
 *
 * @param cut There are more than the 2,000 that are told.
 * @param entries In the order of their bytes.
 */
public record FileList(boolean cut, List<FileEntry> entries) {}
