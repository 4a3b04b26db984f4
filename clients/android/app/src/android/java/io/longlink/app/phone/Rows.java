package io.longlink.app.phone;

import android.content.ContentValues;
import android.database.Cursor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.longlink.app.model.Item;
import io.longlink.app.model.Named;
import io.longlink.app.model.Place;
import io.longlink.app.model.Talk;
import io.longlink.app.model.Unsent;
import io.longlink.v1.Entry;
import io.longlink.v1.SendRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a row of the history's tables is in the model, and the other way round. */
final class Rows {
    private static final int NEWS_BYTES = 9;

    private Rows() {}

    static ContentValues values(Place place) {
        ContentValues values = new ContentValues();
        values.put("epoch", place.epoch);
        values.put("since", place.since);
        values.put("kept_from", place.keptFrom);
        return values;
    }

    static ContentValues values(long peer, Entry entry) {
        ContentValues values = new ContentValues();
        values.put("queue_id", entry.getQueueId());
        values.put("peer", peer);
        values.put("entry", entry.toByteArray());
        return values;
    }

    static Entry entry(byte[] bytes) {
        try {
            return Entry.parseFrom(bytes);
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalStateException("an entry of the history cannot be read: " + damaged.getMessage(), damaged);
        }
    }

    static ContentValues values(Talk talk) {
        Talk.Facts facts = talk.facts();
        ContentValues values = new ContentValues();
        values.put("peer", talk.peer);
        values.put("last", talk.last == null ? null : talk.last.entry.toByteArray());
        values.put("news", news(talk.news));
        values.put("counted", facts.counted);
        values.put("counted_mentions", facts.countedMentions);
        values.put("counted_up_to", facts.countedUpTo);
        values.put("mark", facts.mark);
        values.put("their_read", facts.theirRead);
        values.put("their_delivered", facts.theirDelivered);
        values.put("pinned", facts.pinned);
        values.put("muted", facts.muted);
        values.put("known_from", facts.knownFrom);
        values.put("whole", facts.whole);
        return values;
    }

    static Talk talk(Cursor row) {
        Talk.Facts facts = new Talk.Facts();
        facts.counted = (int) number(row, "counted");
        facts.countedMentions = (int) number(row, "counted_mentions");
        facts.countedUpTo = number(row, "counted_up_to");
        facts.mark = number(row, "mark");
        facts.theirRead = number(row, "their_read");
        facts.theirDelivered = number(row, "their_delivered");
        facts.pinned = number(row, "pinned") != 0;
        facts.muted = number(row, "muted") != 0;
        facts.knownFrom = number(row, "known_from");
        facts.whole = number(row, "whole") != 0;
        byte[] last = row.getBlob(row.getColumnIndexOrThrow("last"));
        List<Talk.News> news = news(row.getBlob(row.getColumnIndexOrThrow("news")));
        return new Talk(number(row, "peer"), last == null ? null : new Item(entry(last)), news, facts);
    }

    static ContentValues values(Named named) {
        ContentValues values = new ContentValues();
        values.put("id", named.id);
        values.put("name", named.name);
        values.put("nickname", named.nickname);
        values.put("alias", named.alias);
        values.put("picture", named.picture);
        values.put("deleted", named.deleted);
        return values;
    }

    static Named named(Cursor row) {
        return new Named(
                number(row, "id"),
                text(row, "name"),
                text(row, "nickname"),
                text(row, "alias"),
                text(row, "picture"),
                number(row, "deleted") != 0);
    }

    static ContentValues values(Unsent unsent) {
        ContentValues values = new ContentValues();
        values.put("client_msg_id", unsent.clientMsgId());
        values.put("message", unsent.message.toByteArray());
        values.put("written_at_ms", unsent.writtenAtMs);
        values.put("refused", unsent.refused);
        return values;
    }

    static Unsent unsent(Cursor row) {
        try {
            SendRequest message = SendRequest.parseFrom(row.getBlob(row.getColumnIndexOrThrow("message")));
            return new Unsent(message, number(row, "written_at_ms"), (int) number(row, "refused"));
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalStateException("an unsent message cannot be read: " + damaged.getMessage(), damaged);
        }
    }

    private static byte[] news(List<Talk.News> news) {
        ByteBuffer bytes = ByteBuffer.allocate(news.size() * NEWS_BYTES);
        for (Talk.News one : news) {
            bytes.putLong(one.queueId).put((byte) (one.mention ? 1 : 0));
        }
        return bytes.array();
    }

    private static List<Talk.News> news(byte[] all) {
        List<Talk.News> news = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.wrap(all);
        while (bytes.remaining() >= NEWS_BYTES) {
            news.add(new Talk.News(bytes.getLong(), bytes.get() != 0));
        }
        return news;
    }

    private static long number(Cursor row, String column) {
        return row.getLong(row.getColumnIndexOrThrow(column));
    }

    private static String text(Cursor row, String column) {
        return row.getString(row.getColumnIndexOrThrow(column));
    }
}
