package io.longlink.app.model;

import io.longlink.v1.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is written to the phone's history in one step. */
public final class Change {
    /** Before the rest: forget entries, conversations and place. Names and unsent messages stay. */
    public boolean startOver;
    /** Before the rest: forget the names, too. */
    public boolean forgetNames;
    /** {@code null}: as it was. */
    public Place place;
    /** Entries by their {@code queue_id}, each with the conversation in which it stands. */
    public final Map<Long, Stored> entries = new LinkedHashMap<>();
    /** Applied to the entries that are there, behind those that come in. */
    public final List<Amendment> amendments = new ArrayList<>();
    public final Map<Long, Talk> talks = new LinkedHashMap<>();
    public final Map<Long, Named> names = new LinkedHashMap<>();
    public final Map<String, Unsent> unsent = new LinkedHashMap<>();
    public final List<String> sent = new ArrayList<>();

    /** An entry and its conversation. */
    public static final class Stored {
        public final long peer;
        public final Entry entry;

        public Stored(long peer, Entry entry) {
            this.peer = peer;
            this.entry = entry;
        }
    }

    public Change entry(long peer, Entry entry) {
        entries.put(entry.getQueueId(), new Stored(peer, entry));
        return this;
    }

    public Change talk(Talk talk) {
        talks.put(talk.peer, talk);
        return this;
    }

    public Change unsent(Unsent one) {
        unsent.put(one.clientMsgId(), one);
        return this;
    }

    public Change sent(String clientMsgId) {
        sent.add(clientMsgId);
        return this;
    }
}
