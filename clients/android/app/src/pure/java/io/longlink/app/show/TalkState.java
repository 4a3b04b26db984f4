package io.longlink.app.show;

import java.util.Collections;
import java.util.List;

/** A conversation, as it is drawn. */
public final class TalkState {
    public final String title;
    /** How many there are, whether somebody is online, or who is writing. */
    public final String about;
    public final Face face;
    public final Banner banner;
    public final List<TalkRow> rows;
    /** Older ones may be asked for. */
    public final boolean more;
    /** Why one cannot write here; empty: one can. */
    public final String silence;
    /** What is answered or changed, above the field; empty: nothing. */
    public final String composingTitle;
    public final String composingText;
    /** With which text the field begins, counted so that it is put there once. */
    public final String draft;
    public final int draftNumber;
    public final boolean pinned;
    public final boolean muted;
    public final boolean group;

    TalkState(
            String title,
            String about,
            Face face,
            Banner banner,
            List<TalkRow> rows,
            boolean more,
            String silence,
            Composing composing,
            boolean pinned,
            boolean muted,
            boolean group) {
        this.title = title;
        this.about = about;
        this.face = face;
        this.banner = banner;
        this.rows = Collections.unmodifiableList(rows);
        this.more = more;
        this.silence = silence;
        this.composingTitle = composing.title;
        this.composingText = composing.text;
        this.draft = composing.draft;
        this.draftNumber = composing.draftNumber;
        this.pinned = pinned;
        this.muted = muted;
        this.group = group;
    }

    /** What stands above the field, and in it at first. */
    static final class Composing {
        final String title;
        final String text;
        final String draft;
        final int draftNumber;

        Composing(String title, String text, String draft, int draftNumber) {
            this.title = title;
            this.text = text;
            this.draft = draft;
            this.draftNumber = draftNumber;
        }
    }
}
