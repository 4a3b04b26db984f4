package io.longlink.app.show;

import java.util.Collections;
import java.util.List;

/** The list of conversations, as it is drawn. */
public final class ListState {
    /** A line of it. */
    public static final class Row {
        public final long peer;
        public final Face face;
        public final String name;
        public final String preview;
        public final String time;
        /** What the badge says; empty: none. */
        public final String unread;
        /** The same for who cannot see it. */
        public final String unreadSaid;
        public final boolean mentioned;
        public final boolean pinned;
        public final boolean muted;
        public final boolean failed;
        public final boolean typing;

        Row(
                long peer,
                Face face,
                String name,
                String preview,
                String time,
                String unread,
                String unreadSaid,
                boolean mentioned,
                boolean pinned,
                boolean muted,
                boolean failed,
                boolean typing) {
            this.peer = peer;
            this.face = face;
            this.name = name;
            this.preview = preview;
            this.time = time;
            this.unread = unread;
            this.unreadSaid = unreadSaid;
            this.mentioned = mentioned;
            this.pinned = pinned;
            this.muted = muted;
            this.failed = failed;
            this.typing = typing;
        }
    }

    public final List<Row> rows;
    /** Whether there are older conversations to be asked for. */
    public final boolean more;
    public final Banner banner;
    /** Who wait for an answer about becoming contacts; empty: nobody. */
    public final String asking;
    /** What stands there instead of rows. */
    public final String empty;

    ListState(List<Row> rows, boolean more, Banner banner, String asking, String empty) {
        this.rows = Collections.unmodifiableList(rows);
        this.more = more;
        this.banner = banner;
        this.asking = asking;
        this.empty = empty;
    }
}
