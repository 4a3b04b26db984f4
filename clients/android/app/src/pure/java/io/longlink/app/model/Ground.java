package io.longlink.app.model;

import io.longlink.client.Settings;
import io.longlink.client.Storage;

/** What the platform gives: where things are kept, and what of the phone the link needs. */
public interface Ground {
    Preferences preferences();

    /** What is kept for an account, named by letters, digits and dashes. Opened on the desk. */
    History history(String account);

    /** Where the link keeps its own of an account. */
    Storage storage(String account);

    /** Clock, alarm and log of the phone. */
    Settings.Builder suited(Settings.Builder settings);

    /** Whether there is an account whose link is to be held, also while nobody looks. */
    void hold(boolean wanted);

    /** Where news is shown while nobody looks at it. */
    NoticeBoard notices();
}
