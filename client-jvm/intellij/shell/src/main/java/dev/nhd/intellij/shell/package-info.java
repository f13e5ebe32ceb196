/** The plugin in the IDE: what core decides and knows, on the screen. The only place that knows the IDE's platform. */
package dev.nhd.intellij.shell;
