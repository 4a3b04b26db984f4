package io.longlink.app.model;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.longlink.v1.ContentType;
import io.longlink.v1.Edit;
import io.longlink.v1.Entry;
import io.longlink.v1.Recall;

/** What an entry of type RECALL or EDIT does to an earlier one (E22). */
public final class Amendment {
    /** Which entry it changes. 0: none, since it cannot be read. */
    public final long target;
    /** The entry that does it. */
    public final long by;
    public final int contentType;
    public final ByteString content;

    public Amendment(long target, long by, int contentType, ByteString content) {
        this.target = target;
        this.by = by;
        this.contentType = contentType;
        this.content = content;
    }

    public static Amendment recall(long target, long by) {
        return new Amendment(target, by, ContentType.CONTENT_TYPE_RECALL_VALUE, ByteString.EMPTY);
    }

    /**
     * The change that this entry is; {@code null} if it is none. Only for what was pushed or synced: in history an entry
     * that was taken back has the type RECALL itself.
     */
    public static Amendment of(Entry entry) {
        try {
            if (entry.getContentType() == ContentType.CONTENT_TYPE_RECALL_VALUE) {
                return recall(Recall.parseFrom(entry.getContent()).getQueueId(), entry.getQueueId());
            }
            if (entry.getContentType() == ContentType.CONTENT_TYPE_EDIT_VALUE) {
                Edit edit = Edit.parseFrom(entry.getContent());
                return new Amendment(edit.getQueueId(), entry.getQueueId(), edit.getContentType(), edit.getContent());
            }
        } catch (InvalidProtocolBufferException unreadable) {
            return recall(0, entry.getQueueId());
        }
        return null;
    }

    /** The entry after it; the same one when it is another's, or older than what the entry has become. */
    public Entry on(Entry entry) {
        boolean recalled = entry.getContentType() == ContentType.CONTENT_TYPE_RECALL_VALUE;
        if (entry.getQueueId() != target || by <= entry.getChangedBy() || recalled) {
            return entry;
        }
        return entry.toBuilder().setContentType(contentType).setContent(content).setChangedBy(by).build();
    }

    /** The item after it. */
    public Item on(Item item) {
        Entry after = on(item.entry);
        return after == item.entry ? item : new Item(after);
    }
}
