/** What the tool window shows, as rows: made anew from what there is. Knows nothing of Swing. */
package dev.nhd.intellij.tree;
