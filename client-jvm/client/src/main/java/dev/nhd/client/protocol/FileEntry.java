// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * An entry of a folder.
 *
 * @param kind What it is itself. One of {@link FileKind}.
 * @param name What is not Unicode of it is replaced.
 * @param nameBase64 The name in base64, where it is not Unicode. May be null.
 * @param target Where a symbolic link leads, as it is written in the link; what is not Unicode of it is replaced.
 *     May be null.
 * @param targetKind What a symbolic link leads to in the end; absent where there is nothing. One of
 *     {@link FileKind}. May be null.
 */
public record FileEntry(String kind, String name, String nameBase64, String target, String targetKind) {}
