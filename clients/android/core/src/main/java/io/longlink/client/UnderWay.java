package io.longlink.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.longlink.v1.Command;
import java.util.LinkedHashMap;
import java.util.Map;

/** What was asked on one link and has no reply yet, and how long that may stay so. Time is an argument. */
final class UnderWay {
    /** Takes the body of a reply. */
    interface Waiter {
        void replied(byte[] body) throws InvalidProtocolBufferException;
    }

    /** A request that has no reply yet. */
    private static final class Asked {
        final Frame frame;
        final long saidAt;
        final Waiter waiter;

        Asked(Frame frame, long saidAt, Waiter waiter) {
            this.frame = frame;
            this.saidAt = saidAt;
            this.waiter = waiter;
        }
    }

    /** A slow network, as Mars counts on it: what was said may take so long before it can be answered. */
    private static final long BYTES_PER_S = 4 * 1024;
    private static final long SLOWNESS_MAX_MS = 30_000;

    private final long quietTimeoutMs;
    /** The oldest first. */
    private final Map<Integer, Asked> bySeq = new LinkedHashMap<>();
    private long bytes;

    UnderWay(long quietTimeoutMs) {
        this.quietTimeoutMs = quietTimeoutMs;
    }

    int count() {
        return bySeq.size();
    }

    void add(Frame frame, long now, Waiter waiter) {
        bySeq.put(frame.seq, new Asked(frame, now, waiter));
        bytes += frame.length();
    }

    /** A reply to what nobody has asked, or not any more, is no fault. */
    void replied(int seq, byte[] body) throws InvalidProtocolBufferException {
        Asked asked = bySeq.remove(seq);
        if (asked != null) {
            bytes -= asked.frame.length();
            asked.waiter.replied(body);
        }
    }

    /** With something asked, and nothing at all heard since, the link is dead then (L11); NEVER with nothing asked. */
    long quietAt(long heardAt) {
        if (bySeq.isEmpty()) {
            return Loop.NEVER;
        }
        return Math.max(heardAt, oldest().saidAt) + quietTimeoutMs + slownessMs();
    }

    /** What the oldest is, in words. */
    String oldestName() {
        int number = oldest().frame.command;
        Command command = Command.forNumber(number);
        return command == null ? "command " + number : command.name();
    }

    /** So much longer than usual an answer may take. */
    long slownessMs() {
        return Math.min(bytes * 1000 / BYTES_PER_S, SLOWNESS_MAX_MS);
    }

    private Asked oldest() {
        return bySeq.values().iterator().next();
    }
}
