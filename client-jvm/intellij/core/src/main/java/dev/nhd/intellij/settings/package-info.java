/** What the user has set and chosen. Knows nothing of how it is kept. */
package dev.nhd.intellij.settings;
