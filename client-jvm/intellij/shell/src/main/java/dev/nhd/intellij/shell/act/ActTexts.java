package dev.nhd.intellij.shell.act;

import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.words.Texts;

/** What the actions are called. */
final class ActTexts {
    private ActTexts() {}

    static String of(Act act, Texts texts) {
        return switch (act) {
            case START -> texts.t("Start DevMode");
            case PLAN -> texts.t("Plan");
            case END -> texts.t("End DevMode");
            case TAKE_OVER -> texts.t("Take Over…");
            case OPEN_TERMINAL -> texts.t("Open a Terminal");
            case FOLLOW_LOG -> texts.t("Follow the Log");
            case PREVIOUS_LOG -> texts.t("Log before the Last Restart");
            case BUILD -> texts.t("Build");
            case RUN -> texts.t("Run");
            case DEBUG -> texts.t("Debug");
            case PAUSE_SYNC -> texts.t("Pause Sync");
            case RESUME_SYNC -> texts.t("Resume Sync");
            case RESCAN_SYNC -> texts.t("Look at All Files Again");
            case ADD_FORWARD -> texts.t("Forward a Port…");
            case OPEN_FORWARD -> texts.t("Open in Browser");
            case COPY_FORWARD -> texts.t("Copy Address");
            case END_FORWARD -> texts.t("End the Forward");
            case SHOW_STREAM -> texts.t("Show");
            case END_STREAM -> texts.t("End It");
            case CHOOSE_CONTEXT -> texts.t("Develop in This Context");
            case CHOOSE_NAMESPACE -> texts.t("Develop in This Namespace");
            case CREATE_CONFIG -> texts.t("Create a Dev Configuration");
            case COPY_NAME -> texts.t("Copy the Name");
            case SHOW_ERROR -> texts.t("What to Do");
            case DISMISS -> texts.t("Dismiss");
            case START_DAEMON -> texts.t("Start nhd");
        };
    }
}
