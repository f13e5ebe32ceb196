// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Something wrong with a dev configuration.
 *
 * @param code What it is, for programs: {@code configSyntax}, {@code configInclude}, {@code configWrong},
 *     {@code configVariable}, {@code configEnvFile}, {@code configWithoutEffect}, or the code of a warning.
 * @param column The column as messages have it, from 1, in characters.
 * @param line The line as messages have it, from 1.
 * @param message What is wrong, in English.
 * @param range Where, in the file below. What comes of a variable is where the variable is named.
 * @param severity How much a problem matters. One of {@link Severity}.
 * @param file The included file that has it; absent for the text itself. May be null.
 * @param fix What mends it, where that is known. May be null.
 * @param key The path of the key from the top of the file: {@code services[0].containers[0].dev.sync.type}. May be
 *     null.
 */
public record ConfigProblem(
        String code,
        long column,
        long line,
        String message,
        TextRange range,
        String severity,
        String file,
        ConfigFix fix,
        String key) {}
