package io.longlink.app;

import io.longlink.app.show.ListState;
import io.longlink.app.show.LoginState;
import io.longlink.app.show.TalkRow;
import io.longlink.app.show.TalkState;

/** Looking for lines on a screen. */
final class Lines {
    private Lines() {}

    /** The message with this text; {@code null} if it is not there. */
    static TalkRow message(TalkState state, String text) {
        for (TalkRow row : state.rows) {
            if (row.message != null && row.text.equals(text)) {
                return row;
            }
        }
        return null;
    }

    static boolean has(TalkState state, String text) {
        return message(state, text) != null;
    }

    static boolean has(TalkState state, String text, TalkRow.State how) {
        TalkRow row = message(state, text);
        return row != null && row.message.state == how;
    }

    /** What stands between messages. */
    static boolean says(TalkState state, String text) {
        for (TalkRow row : state.rows) {
            if (row.message == null && row.text.contains(text)) {
                return true;
            }
        }
        return false;
    }

    /** For who has to find out why something was waited for in vain. */
    static String describe(Object state) {
        StringBuilder all = new StringBuilder();
        if (state instanceof TalkState) {
            TalkState talk = (TalkState) state;
            all.append(talk.title).append(" (").append(talk.about).append(") ").append(talk.banner.text);
            for (TalkRow row : talk.rows) {
                all.append("\n  ").append(row.kind).append(' ').append(row.text);
                all.append(row.message == null ? "" : " " + row.message.state + " " + row.message.queueId);
            }
        } else if (state instanceof ListState) {
            for (ListState.Row row : ((ListState) state).rows) {
                all.append("\n  ").append(row.name).append(": ").append(row.preview).append(' ').append(row.unread);
            }
        }
        if (state instanceof LoginState) {
            all.append(((LoginState) state).problem);
        }
        return all.toString();
    }

    static int count(TalkState state, String text) {
        int count = 0;
        for (TalkRow row : state.rows) {
            count += row.message != null && row.text.equals(text) ? 1 : 0;
        }
        return count;
    }

    /** The line of this conversation; {@code null} if it is not there. */
    static ListState.Row talk(ListState state, long peer) {
        for (ListState.Row row : state.rows) {
            if (row.peer == peer) {
                return row;
            }
        }
        return null;
    }

    static boolean shows(ListState state, long peer, String preview, String unread) {
        ListState.Row row = talk(state, peer);
        return row != null && row.preview.equals(preview) && row.unread.equals(unread);
    }
}
