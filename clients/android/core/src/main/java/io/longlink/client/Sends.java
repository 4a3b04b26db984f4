package io.longlink.client;

import io.longlink.v1.Code;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * Messages on their way. Each is in the storage before it goes out, and goes out again on each new link, under the same
 * {@code client_msg_id}, until a reply says what became of it (B4, E2, E3). To one peer they go one behind the other, so
 * that a refusal for now cannot change their order. Time is an argument.
 */
final class Sends {
    /** A message. */
    static final class Unsent {
        final long order;
        final SendRequest message;
        final Callback<SendReply> callback;
        /** When its reply is overdue on this link; NEVER while it is not under way. */
        long overdueAt = Loop.NEVER;

        Unsent(long order, SendRequest message, Callback<SendReply> callback) {
            this.order = order;
            this.message = message;
            this.callback = callback;
        }

        boolean isUnderWay() {
            return overdueAt != Loop.NEVER;
        }
    }

    /** Puts a message on the link; false when the link takes no more now. */
    interface Put {
        boolean send(Unsent unsent);
    }

    private final Kept kept;
    private final Pause pause;
    private final List<Unsent> all = new ArrayList<>();
    private long lastOrder;
    private int underWay;
    /** All wait until then, since the server has no room for one of them now. */
    private long heldUntil;

    Sends(Kept kept, Pause pause) {
        this.kept = kept;
        this.pause = pause;
    }

    /** Takes up what an earlier run has left. Gives how many could not be understood. */
    int load(Callback<SendReply> callback) throws IOException {
        int damaged = 0;
        for (long order : kept.unsent()) {
            SendRequest message = kept.unsent(order);
            lastOrder = order;
            if (message == null) {
                damaged++;
            } else {
                all.add(new Unsent(order, message, callback));
            }
        }
        return damaged;
    }

    int count() {
        return all.size();
    }

    int underWay() {
        return underWay;
    }

    List<SendRequest> messages() {
        List<SendRequest> messages = new ArrayList<>();
        for (Unsent unsent : all) {
            messages.add(unsent.message);
        }
        return messages;
    }

    void add(SendRequest message, Callback<SendReply> callback) throws IOException {
        kept.putUnsent(lastOrder + 1, message);
        lastOrder++;
        all.add(new Unsent(lastOrder, message, callback));
    }

    /** Puts on the link what may go there now, until there are so many requests under way. */
    void fill(long now, long timeoutMs, int roomFor, Put put) {
        if (all.isEmpty() || now < heldUntil || roomFor <= 0) {
            return;
        }
        Set<Long> busy = new HashSet<>();
        for (Unsent unsent : all) {
            boolean isNext = busy.add(unsent.message.getTo());
            if (!isNext || unsent.isUnderWay()) {
                continue;
            }
            if (roomFor == 0 || !put.send(unsent)) {
                return;
            }
            roomFor--;
            underWay++;
            unsent.overdueAt = now + timeoutMs;
        }
    }

    /** When something that waits may go out, or is overdue; while nothing is read, nothing is. */
    long due(long now, boolean isReading) {
        long due = Loop.NEVER;
        for (Unsent unsent : all) {
            due = isReading ? Math.min(due, unsent.overdueAt) : due;
        }
        return underWay < all.size() && heldUntil > now ? Math.min(due, heldUntil) : due;
    }

    boolean isOverdue(long now) {
        for (Unsent unsent : all) {
            if (unsent.isUnderWay() && unsent.overdueAt <= now) {
                return true;
            }
        }
        return false;
    }

    /** The server has it. False when it was discarded meanwhile. */
    boolean done(Unsent unsent) throws IOException {
        pause.reset();
        return remove(unsent);
    }

    /** The server has refused it. True when that is for good, and it is here no more. */
    boolean refused(Unsent unsent, int code, long now) throws IOException {
        rest(unsent);
        if (code == Code.CODE_NOT_LOGGED_IN_VALUE || code == Code.CODE_BAD_TOKEN_VALUE) {
            // Nothing is wrong with the message: the login has ended, which the link's end tells.
            hold(now);
            return false;
        }
        if (!Failure.isTemporary(code)) {
            return remove(unsent);
        }
        hold(now);
        return false;
    }

    private void hold(long now) {
        // Refusals of those that were under way together are one sign of trouble, not several.
        if (heldUntil <= now) {
            heldUntil = now + pause.grow();
        }
    }

    boolean remove(Unsent unsent) throws IOException {
        rest(unsent);
        if (!all.remove(unsent)) {
            return false;
        }
        kept.removeUnsent(unsent.order);
        return true;
    }

    boolean discard(String clientMsgId) throws IOException {
        for (Unsent unsent : all) {
            if (unsent.message.getClientMsgId().equals(clientMsgId)) {
                return remove(unsent);
            }
        }
        return false;
    }

    /** Takes out all there are: they were written for another log, or by somebody else. */
    List<Unsent> removeAll() throws IOException {
        List<Unsent> removed = new ArrayList<>(all);
        all.clear();
        linkLost();
        for (Unsent unsent : removed) {
            kept.removeUnsent(unsent.order);
        }
        return removed;
    }

    /** Forgets callbacks and messages, but for what is in the storage. */
    List<Unsent> end() {
        List<Unsent> left = new ArrayList<>(all);
        all.clear();
        underWay = 0;
        return left;
    }

    /** Those that were under way wait for the next link, ahead of what was written behind them. */
    void linkLost() {
        for (Iterator<Unsent> each = all.iterator(); each.hasNext(); ) {
            each.next().overdueAt = Loop.NEVER;
        }
        underWay = 0;
        heldUntil = 0;
    }

    /** The time that nobody read counts for nobody's reply. */
    void away(long now, long timeoutMs) {
        for (Unsent unsent : all) {
            if (unsent.isUnderWay()) {
                unsent.overdueAt = now + timeoutMs;
            }
        }
    }

    private void rest(Unsent unsent) {
        if (unsent.isUnderWay()) {
            unsent.overdueAt = Loop.NEVER;
            underWay--;
        }
    }
}
