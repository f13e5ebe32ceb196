/** The doctor's report and the first dev configuration: texts that the daemon makes. */
package dev.nhd.intellij.doctor;
