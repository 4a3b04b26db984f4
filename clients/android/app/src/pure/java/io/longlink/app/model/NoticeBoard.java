package io.longlink.app.model;

import java.util.List;

/** Where news is shown while nobody looks at the app: the phone's notifications. */
public interface NoticeBoard {
    /** Shows it in place of what stands there of this conversation. */
    void show(Notice notice);

    void cancel(long peer);

    void cancelAll();

    /** The news of one conversation. */
    final class Notice {
        public final long peer;
        public final String title;
        /** The latest ones, the newest last. */
        public final List<String> lines;
        public final int number;
        public final long atMs;
        /** It makes no sound: it stands there already, and only changes. */
        public final boolean quiet;

        public Notice(long peer, String title, List<String> lines, int number, long atMs, boolean quiet) {
            this.peer = peer;
            this.title = title;
            this.lines = lines;
            this.number = number;
            this.atMs = atMs;
            this.quiet = quiet;
        }
    }
}
