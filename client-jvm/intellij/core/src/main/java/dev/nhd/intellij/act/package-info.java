/** What can be done, when, and what to do about a failure. Decides; does nothing. */
package dev.nhd.intellij.act;
