/** What there is, as the daemon's events tell: sessions, workloads. Knows nothing of rows and words, and polls nothing. */
package dev.nhd.intellij.model;
