/** What is said, in the language of the IDE. Knows neither daemon nor screen. */
package dev.nhd.intellij.words;
