package io.longlink.client;

import io.longlink.v1.Entry;
import io.longlink.v1.HelloReply;
import io.longlink.v1.Resume;
import io.longlink.v1.ResumeOutcome;
import java.util.TreeSet;

/** Which entries the app has been given: each once, by a cursor that only goes forward (E10 to E12). */
final class Inbox {
    /** What to do with an entry. */
    enum Taken {
        /** Give it to the app. */
        NEW,
        /** The app has it from the reply to its send; only the cursor moved. */
        KEPT,
        /** It was taken before. */
        OLD
    }

    /** What a client can send before anything is pushed to it, for any but a very one-sided conversation. */
    static final int KEPT_MAX = 4096;

    private Resume place;
    private long userId;
    /**
     * Own entries beyond the cursor that the app knows from the reply to its send. The server does not push them on the
     * link they were sent on, but does after a reconnect (E11).
     */
    private final TreeSet<Long> kept = new TreeSet<>();

    Inbox(Resume place) {
        this.place = place;
    }

    /** What to present at hello; {@code null} for whoever begins. */
    Resume place() {
        return place;
    }

    long cursor() {
        return place == null ? 0 : place.getCursor();
    }

    /** Everything of before is another user's. */
    void forget() {
        place = null;
        kept.clear();
    }

    /** Takes what the server made of the place that was presented. True when all of before is void. */
    boolean loggedIn(HelloReply reply) {
        userId = reply.getUserId();
        Resume before = place;
        boolean sameLog = before != null && before.getEpoch().equals(reply.getEpoch());
        // The epoch is what names the log, whatever else is said.
        boolean startOver =
                reply.getResumed() == ResumeOutcome.RESUME_OUTCOME_START_OVER || before != null && !sameLog;
        long cursor = startOver ? 0 : before == null ? reply.getHead() : before.getCursor();
        if (startOver) {
            kept.clear();
        }
        place = Resume.newBuilder().setEpoch(reply.getEpoch()).setCursor(cursor).build();
        return startOver;
    }

    /** A push brought this entry. */
    Taken take(Entry entry) {
        if (entry.getQueueId() <= cursor()) {
            return Taken.OLD;
        }
        boolean known = entry.getFrom() == userId && kept.contains(entry.getQueueId());
        advance(entry.getQueueId());
        return known ? Taken.KEPT : Taken.NEW;
    }

    /** The app knows that its own entry is kept there. */
    void reported(long queueId) {
        if (queueId <= cursor()) {
            return;
        }
        kept.add(queueId);
        // Forgetting one means at worst that the app is given its own entry, which it can tell by its client_msg_id.
        if (kept.size() > KEPT_MAX) {
            kept.pollFirst();
        }
    }

    /** Everything up to here has been taken. True when that is news. */
    boolean advance(long cursor) {
        if (place == null || cursor <= place.getCursor()) {
            return false;
        }
        place = place.toBuilder().setCursor(cursor).build();
        kept.headSet(cursor, true).clear();
        return true;
    }

    int keptCount() {
        return kept.size();
    }
}
