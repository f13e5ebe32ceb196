// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * What a debugger needs to know of the dev container.
 *
 * @param container The dev container in it.
 * @param debuggers What debuggers are in the container, or listen there. Empty says that there are none only where
 *     {@code unknown} is absent.
 * @param localFolder The source folder on this machine.
 * @param remoteFolder The same folder in the container.
 * @param command The line of {@code command.debug} in the dev configuration. May be null.
 * @param language The language of the program, in lower case: {@code go}, {@code java}, {@code node},
 *     {@code python}, {@code php}, {@code ruby}, {@code rust}, {@code dotnet}. May be null.
 * @param languageFrom What says so; absent where nothing does. One of {@link LanguageSource}. May be null.
 * @param pod The dev pod; absent while there is none. May be null.
 * @param port {@code debug.remoteDebugPort} of the dev configuration, else the port on which a debugger was found
 *     to listen. May be null.
 * @param unknown Why the container could not be asked. May be null.
 */
public record DebugDescription(
        String container,
        List<Debugger> debuggers,
        String localFolder,
        String remoteFolder,
        String command,
        String language,
        String languageFrom,
        String pod,
        Integer port,
        String unknown) {}
