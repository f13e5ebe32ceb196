/**
 * What the plugin for JetBrains IDEs shows and does, without a class of the IDE: {@link dev.nhd.intellij.Nhd} is the
 * entry.
 */
package dev.nhd.intellij;
