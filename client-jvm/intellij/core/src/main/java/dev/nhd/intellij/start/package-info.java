/** Starts, plans, ends and takeovers, from the user's wish to the end of it. Asks nobody: the shell does. */
package dev.nhd.intellij.start;
