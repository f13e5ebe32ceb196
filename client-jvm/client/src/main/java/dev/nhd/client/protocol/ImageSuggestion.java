// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * One dev image.
 *
 * @param image The image.
 * @param reason Why an image is suggested. One of {@link ImageReason}.
 * @param text Why, for people: {@code go.mod asks for Go 1.24}.
 */
public record ImageSuggestion(String image, String reason, String text) {}
