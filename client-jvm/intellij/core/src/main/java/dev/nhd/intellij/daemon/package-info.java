/** The way to the user's daemon: its programs, what requests take along, the connection. Knows nothing of views. */
package dev.nhd.intellij.daemon;
