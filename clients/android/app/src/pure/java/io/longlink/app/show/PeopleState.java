package io.longlink.app.show;

import java.util.Collections;
import java.util.List;

/** People and groups to be chosen from, as they are drawn. */
public final class PeopleState {
    /** A line: a person, a group, everyone, or what stands above some of them. */
    public static final class Row {
        /** Of a heading {@code null}. */
        public final Face face;
        public final long peer;
        public final String name;
        public final String hint;
        /** Whether they ask to be a contact, so that one can answer at once. */
        public final boolean asks;

        Row(String heading) {
            this(null, 0, heading, "", false);
        }

        Row(Face face, long peer, String name, String hint, boolean asks) {
            this.face = face;
            this.peer = peer;
            this.name = name;
            this.hint = hint;
            this.asks = asks;
        }

        public boolean isHeading() {
            return face == null;
        }
    }

    public final List<Row> rows;
    /** What stands there instead, or below. */
    public final String note;
    /** There are more to be found. */
    public final boolean more;
    /** What the search field says while it is empty. */
    public final String hint;

    PeopleState(List<Row> rows, String note, boolean more, String hint) {
        this.rows = Collections.unmodifiableList(rows);
        this.note = note;
        this.more = more;
        this.hint = hint;
    }
}
