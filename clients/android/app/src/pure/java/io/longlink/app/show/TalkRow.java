package io.longlink.app.show;

import java.util.Collections;
import java.util.List;

/** A line of a conversation: a message, or what stands between messages. It does not change. */
public final class TalkRow {
    /** What it is. */
    public enum Kind {
        /** What stands above the oldest message. */
        TOP,
        DAY,
        /** Behind it is what is new. */
        NEW,
        /** What happened to the group. */
        EVENT,
        /** The server no longer has what was here. */
        GAP,
        MINE,
        THEIRS
    }

    /** How far a message of one's own has come. */
    public enum State {
        NONE,
        WAITING,
        KEPT,
        DELIVERED,
        READ,
        FAILED
    }

    public final Kind kind;
    /** The same for the same line, whatever it says. */
    public final String key;
    public final String text;
    /** Of a message; else {@code null}. */
    public final Message message;

    TalkRow(Kind kind, String key, String text) {
        this(kind, key, text, null);
    }

    TalkRow(Kind kind, String key, String text, Message message) {
        this.kind = kind;
        this.key = key;
        this.text = text;
        this.message = message;
    }

    /** What a message has besides its text. */
    public static final class Message {
        /** 0: it is not in the log yet. */
        public long queueId;
        public String clientMsgId = "";
        public long from;
        /** Somebody else's, where several people write. */
        public boolean several;
        /** Above the first of somebody else's, where several people write; else empty. */
        public String author = "";
        /** Beside the last of somebody else's, where several people write; else {@code null}. */
        public Face face;
        public String time = "";
        public boolean first;
        public boolean last;
        public boolean edited;
        public boolean recalled;
        /** It means who looks at it. */
        public boolean toMe;
        /** Names in the text that are mentioned. */
        public List<String> mentioned = Collections.emptyList();
        /** What it answers; empty: nothing. */
        public String quoteAuthor = "";
        public String quoteText = "";
        public State state = State.NONE;
        /** The state in words, for who cannot see it. */
        public String stateSaid = "";
        /** In a group: how many have read it. */
        public int readers;
        /** Why it was not sent; empty: it was, or waits. */
        public String problem = "";
        /** Of a picture or a file: its name; else empty. */
        public String media = "";
        /** Of a picture: a small one; else {@code null}. */
        public byte[] preview;
        public boolean mayReply;
        public boolean mayEdit;
        public boolean mayRecall;
        /** Taking it back is as an admin, of somebody else's. */
        public boolean recallsOther;
    }
}
