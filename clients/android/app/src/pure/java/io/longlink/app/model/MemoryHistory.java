package io.longlink.app.model;

import io.longlink.v1.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A history that forgets with the process: for tests, and what the one on the disk is compared with. */
public final class MemoryHistory implements History {
    private final TreeMap<Long, Change.Stored> entries = new TreeMap<>();
    private final Map<Long, Talk> talks = new LinkedHashMap<>();
    private final Map<Long, Named> names = new LinkedHashMap<>();
    private final Map<String, Unsent> unsent = new LinkedHashMap<>();
    private Place place = Place.NOWHERE;

    @Override
    public synchronized Saved load() {
        return new Saved(
                place,
                new ArrayList<>(talks.values()),
                new ArrayList<>(names.values()),
                new ArrayList<>(unsent.values()));
    }

    @Override
    public synchronized void write(Change change) {
        if (change.startOver) {
            entries.clear();
            talks.clear();
            place = Place.NOWHERE;
        }
        if (change.forgetNames) {
            names.clear();
        }
        if (change.place != null) {
            place = change.place;
        }
        for (Map.Entry<Long, Change.Stored> one : change.entries.entrySet()) {
            Change.Stored before = entries.get(one.getKey());
            // What is here may have been changed since that one was read.
            if (before == null || before.entry.getChangedBy() <= one.getValue().entry.getChangedBy()) {
                entries.put(one.getKey(), one.getValue());
            }
        }
        for (Amendment amendment : change.amendments) {
            Change.Stored before = entries.get(amendment.target);
            if (before != null) {
                entries.put(amendment.target, new Change.Stored(before.peer, amendment.on(before.entry)));
            }
        }
        talks.putAll(change.talks);
        names.putAll(change.names);
        unsent.putAll(change.unsent);
        for (String clientMsgId : change.sent) {
            unsent.remove(clientMsgId);
        }
    }

    @Override
    public synchronized List<Entry> page(long peer, long before, int limit) {
        List<Entry> page = new ArrayList<>();
        Map<Long, Change.Stored> older = before == 0 ? entries : entries.headMap(before);
        for (Change.Stored one : new TreeMap<>(older).descendingMap().values()) {
            if (page.size() < limit && one.peer == peer) {
                page.add(one.entry);
            }
        }
        return page;
    }

    @Override
    public synchronized Entry find(long peer, long queueId) {
        Change.Stored one = entries.get(queueId);
        return one == null || one.peer != peer ? null : one.entry;
    }

    @Override
    public synchronized void erase() {
        Change all = new Change();
        all.startOver = true;
        all.forgetNames = true;
        write(all);
        unsent.clear();
    }

    @Override
    public void close() {}
}
