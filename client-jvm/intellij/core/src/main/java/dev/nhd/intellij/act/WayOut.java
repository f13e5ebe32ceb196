package dev.nhd.intellij.act;

/** What can be offered with a failure. */
public enum WayOut {
    TRY_AGAIN("Try Again"),
    CHOOSE_CONTAINER("Choose Container…"),
    CHOOSE_IMAGE("Choose Image…"),
    CHOOSE_FOLDER("Choose Folder…"),
    CHOOSE_CONTEXT("Choose Context…"),
    CHOOSE_NAMESPACE("Choose Namespace…"),
    CHOOSE_PORT("Choose Another Port…"),
    TAKE_OVER("Take Over…"),
    END("End DevMode"),
    SHOW_SESSION("Show Session"),
    RESTART_SESSION("End and Start Anew"),
    RESUME_SYNC("Resume Sync"),
    OPEN_CONFIGURATION("Open Configuration"),
    OPEN_SETTINGS("Open Settings"),
    RESTART_DAEMON("Restart nhd"),
    DOCTOR("Look for What Is Wrong");

    private final String english;

    WayOut(String english) {
        this.english = english;
    }

    /** The text of its button, for {@link dev.nhd.intellij.words.Texts#t}. */
    public String english() {
        return english;
    }
}
