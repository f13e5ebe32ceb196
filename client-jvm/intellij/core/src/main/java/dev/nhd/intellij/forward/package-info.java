/** Forwards: what is typed for one, what is worth one. */
package dev.nhd.intellij.forward;
