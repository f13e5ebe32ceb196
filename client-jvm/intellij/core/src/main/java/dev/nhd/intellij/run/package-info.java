/** Running and debugging in the dev container, up to the port that a debugger attaches to. */
package dev.nhd.intellij.run;
