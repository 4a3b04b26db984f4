package io.longlink.app.model;

import io.longlink.client.Requests;
import io.longlink.v1.MarkReadRequest;
import io.longlink.v1.ReadCount;
import io.longlink.v1.ReadMark;
import io.longlink.v1.ReadMarksRequest;
import io.longlink.v1.ReadersReply;
import io.longlink.v1.ReadersRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who has read how far: telling the server what this person has seen, and keeping what it tells of others (S1 to S8).
 * What has arrived on this phone the link tells by itself.
 */
public final class Reading {
    /** What happens within this time is asked for together. */
    private static final long GATHER_MS = 1_000;
    /** So many can be asked for at once. */
    private static final int COUNTED_MAX = 100;

    private final long me;
    private final Ask ask;
    private final Desk desk;
    private final Conversations conversations;
    private final Runs runs;
    private final Then<Change> keep;
    private final Runnable changed;
    /** The conversation that is open, and whether the person looks at its end now. */
    private Long current;
    private boolean looking;
    private boolean online;
    private boolean counting;
    /** Up to where the server was told, on this link. */
    private final Map<Long, Long> told = new HashMap<>();

    Reading(long me, Ask ask, Desk desk, Conversations conversations, Runs runs, Then<Change> keep, Runnable changed) {
        this.me = me;
        this.ask = ask;
        this.desk = desk;
        this.conversations = conversations;
        this.runs = runs;
        this.keep = keep;
        this.changed = changed;
    }

    void open(long peer) {
        current = peer;
        learn();
        tell();
    }

    void close(long peer) {
        if (isCurrent(peer)) {
            current = null;
            looking = false;
        }
    }

    /** Whether the end of the open conversation is before the person's eyes. */
    public void look(boolean now) {
        looking = now;
        tell();
    }

    /** Whether this person sees what comes there. */
    boolean sees(long peer) {
        return looking && isCurrent(peer);
    }

    void setOnline(boolean now) {
        online = now;
        if (now) {
            told.clear();
            learn();
            tell();
        }
    }

    /** Something new stands in this conversation, or its run was read. */
    void came(long peer) {
        if (isCurrent(peer)) {
            tell();
            countSoon();
        }
    }

    void receipt(long reader, long peer, long upTo, long deliveredUpTo) {
        Talk talk = conversations.getOrEmpty(peer);
        if (reader == me) {
            Talk after = talk.read(upTo);
            if (after == talk || conversations.get(peer) == null) {
                return;
            }
            put(after);
            if (talk.isCountedBehind(upTo)) {
                conversations.soon();
            }
        } else if (peer < 0) {
            if (isCurrent(peer)) {
                countSoon();
            }
        } else {
            // It may come before the reply to the first message of a conversation.
            Talk.Facts facts = talk.facts();
            facts.theirRead = Math.max(facts.theirRead, upTo);
            facts.theirDelivered = Math.max(facts.theirDelivered, deliveredUpTo);
            put(talk.with(facts));
        }
    }

    private void put(Talk talk) {
        conversations.put(talk);
        keep.take(new Change().talk(talk));
        changed.run();
    }

    /** Who has read this one of a group: the first thousand. */
    public void readersOf(long group, long queueId, Then<ReadersReply> readers, Then<io.longlink.client.Failure> failed) {
        ReadersRequest request = ReadersRequest.newBuilder().setGroup(group).addQueueIds(queueId).build();
        ask.again(Requests.READERS, request, readers, failed);
    }

    private boolean isCurrent(long peer) {
        return current != null && current == peer;
    }

    private void learn() {
        if (current == null || !online) {
            return;
        }
        long peer = current;
        if (peer < 0) {
            countSoon();
        }
        ask.again(Requests.READ_MARKS, ReadMarksRequest.newBuilder().setPeer(peer).build(), reply -> {
            for (ReadMark mark : reply.getMarksList()) {
                receipt(mark.getReader(), peer, mark.getUpTo(), mark.getDeliveredUpTo());
            }
        }, null);
    }

    /** What is before the person's eyes has been read. */
    private void tell() {
        if (current == null || !looking) {
            return;
        }
        long peer = current;
        Talk talk = conversations.get(peer);
        Run run = runs.get(peer);
        if (talk == null || talk.last == null || run == null || !run.loaded) {
            return;
        }
        long upTo = talk.last.queueId();
        receipt(me, peer, upTo, 0);
        Long before = told.get(peer);
        if (!online || (before != null && before >= upTo)) {
            return;
        }
        told.put(peer, upTo);
        MarkReadRequest request = MarkReadRequest.newBuilder().setPeer(peer).setUpTo(upTo).build();
        ask.again(Requests.MARK_READ, request, null, why -> told.remove(peer));
    }

    /** How many have read one's own latest messages of the open group: asked for once, for all that happens meanwhile. */
    private void countSoon() {
        if (!counting && current != null && current < 0) {
            counting = true;
            desk.after(GATHER_MS, () -> {
                counting = false;
                count();
            });
        }
    }

    private void count() {
        Run run = current == null || current >= 0 ? null : runs.get(current);
        if (run == null || !run.loaded || !online) {
            return;
        }
        List<Long> own = new ArrayList<>();
        for (int i = run.items.size() - 1; i >= 0 && own.size() < COUNTED_MAX; i--) {
            Item item = run.items.get(i);
            if (item.from() == me && item.isSaid()) {
                own.add(item.queueId());
            }
        }
        if (own.isEmpty()) {
            return;
        }
        ReadersRequest request = ReadersRequest.newBuilder().setGroup(run.peer).addAllQueueIds(own).build();
        ask.again(Requests.READERS, request, reply -> {
            for (ReadCount count : reply.getCountsList()) {
                run.counts.put(count.getQueueId(), new Run.Count(count.getRead(), count.getMembers()));
            }
            changed.run();
        }, null);
    }
}
