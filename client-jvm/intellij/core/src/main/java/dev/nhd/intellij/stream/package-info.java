/** Terminals, commands and logs: bytes of the daemon as text for a console. Knows nothing of consoles. */
package dev.nhd.intellij.stream;
