package io.longlink.app.model;

import com.google.protobuf.InvalidProtocolBufferException;
import io.longlink.v1.ContentType;
import io.longlink.v1.Entry;
import io.longlink.v1.GroupEvent;
import io.longlink.v1.Media;
import java.util.List;

/** An entry of the log with its content read. It does not change: what was edited is another item. */
public final class Item {
    /** What it is to be shown as. */
    public enum Kind {
        TEXT,
        PICTURE,
        FILE,
        /** What happened to a group. */
        EVENT,
        /** It was taken back. */
        RECALLED,
        /** Of a type that this client does not know, or unreadable: shown as such, never dropped (N5). */
        OTHER
    }

    /** The peer that is everyone. */
    public static final long EVERYONE = 0;
    /** Among the mentions: all members of the group. */
    public static final long ALL = 0;

    public final Entry entry;
    public final Kind kind;
    /** Of TEXT the text, of PICTURE and FILE what is written along with it; else empty. */
    public final String text;
    /** Of PICTURE and FILE; else {@code null}. */
    public final Media media;
    /** Of EVENT; else {@code null}. */
    public final GroupEvent event;

    public Item(Entry entry) {
        this.entry = entry;
        Kind read = Kind.OTHER;
        String words = "";
        Media upload = null;
        GroupEvent happening = null;
        try {
            switch (entry.getContentType()) {
                case ContentType.CONTENT_TYPE_TEXT_VALUE:
                    words = entry.getContent().toStringUtf8();
                    read = Kind.TEXT;
                    break;
                case ContentType.CONTENT_TYPE_PICTURE_VALUE:
                case ContentType.CONTENT_TYPE_FILE_VALUE:
                    upload = Media.parseFrom(entry.getContent());
                    words = upload.getCaption();
                    read = entry.getContentType() == ContentType.CONTENT_TYPE_PICTURE_VALUE ? Kind.PICTURE : Kind.FILE;
                    break;
                case ContentType.CONTENT_TYPE_GROUP_EVENT_VALUE:
                    happening = GroupEvent.parseFrom(entry.getContent());
                    read = Kind.EVENT;
                    break;
                case ContentType.CONTENT_TYPE_RECALL_VALUE:
                    read = Kind.RECALLED;
                    break;
                default:
                    break;
            }
        } catch (InvalidProtocolBufferException unreadable) {
            read = Kind.OTHER;
        }
        kind = read;
        text = words;
        media = upload;
        event = happening;
    }

    public long queueId() {
        return entry.getQueueId();
    }

    public long from() {
        return entry.getFrom();
    }

    public String clientMsgId() {
        return entry.getClientMsgId();
    }

    public long sentAtMs() {
        return entry.getSentAtMs();
    }

    public long replyTo() {
        return entry.getReplyTo();
    }

    public List<Long> mentions() {
        return entry.getMentionsList();
    }

    public boolean isEdited() {
        return entry.getChangedBy() > 0 && kind != Kind.RECALLED;
    }

    /** Whether somebody said it, so that it counts as unread for others. */
    public boolean isSaid() {
        return kind != Kind.EVENT && kind != Kind.RECALLED;
    }

    /** Whether it is meant to come to this user's notice. */
    public boolean mentions(long user) {
        return from() != user && (mentions().contains(user) || mentions().contains(ALL));
    }

    /** In which conversation of this user an entry stands. */
    public static long peerOf(Entry entry, long me) {
        if (entry.getTo() <= 0) {
            return entry.getTo();
        }
        return entry.getTo() == me ? entry.getFrom() : entry.getTo();
    }
}
