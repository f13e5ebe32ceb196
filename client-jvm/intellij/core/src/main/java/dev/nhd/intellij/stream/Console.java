package dev.nhd.intellij.stream;

/** Where the text of a stream goes. Called on the thread that reads the stream: whoever waits here makes it wait. */
public interface Console {
    /** What the process wrote. */
    void write(String text, boolean isError);

    /** A line of ours, apart from what the process writes. */
    void say(String line);

    /**
     * The end of it; nothing comes after that.
     *
     * @param words why it ended, as a sentence
     * @param exitCode that of the process, or 1 where it was torn away
     */
    void ended(String words, int exitCode);
}
