package io.longlink.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.longlink.v1.ClosingPush;
import io.longlink.v1.Code;
import io.longlink.v1.Command;
import io.longlink.v1.HelloReply;
import io.longlink.v1.HelloRequest;
import io.longlink.v1.MarkDeliveredRequest;
import io.longlink.v1.Refusal;
import java.util.ArrayList;
import java.util.List;

/**
 * The life of one link, from dialling to its end. It is given turns by its owner, and says by {@link #exit()} when it has
 * ended. What outlives it is the {@link Desk}'s.
 */
final class Link implements Wire.Events {
    /** At this many bytes that have not left, requests wait here. About what a socket takes at once. */
    private static final int WAITING_BYTES_MAX = 64 * 1024;
    /** Whoever was heard so lately needs not be asked whether they are there. */
    private static final long PROBE_AFTER_MS = 1_000;
    private static final int UNKNOWN_COMMAND = Code.CODE_UNKNOWN_COMMAND_VALUE;

    private final Desk desk;
    private final Loop loop;
    private final Bounds bounds;
    private final int clientVersion;
    private final Wire wire;
    private final long openBy;
    private final UnderWay underWay;
    /** Heard and dealt with, and not given back yet, since the app is behind. */
    private final List<Frame> owed = new ArrayList<>();
    private boolean wasBehind;
    private boolean isSendsTurn;
    private boolean isOpen;
    private int seq;
    private long heardAt;
    /** When something last left, or began to wait. */
    private long wroteAt;
    /** Logged in since then; NEVER before. */
    private long onlineAt = Loop.NEVER;
    private Beat beat;
    private Delivered delivered;
    private boolean knowsDelivered = true;
    private Exit exit;

    Link(Wire.Dial dial, Desk desk, Loop loop, Bounds bounds, int clientVersion) {
        this.desk = desk;
        this.loop = loop;
        this.bounds = bounds;
        this.clientVersion = clientVersion;
        underWay = new UnderWay(bounds.quietTimeoutMs);
        openBy = loop.nowMs() + bounds.connectTimeoutMs;
        wire = dial.dial(this);
    }

    /** How it ended; {@code null} while it lives. */
    Exit exit() {
        return exit;
    }

    boolean isOnline() {
        return onlineAt != Loop.NEVER;
    }

    /** Whether it has shown that the server is well (B2). */
    boolean isProven(long now) {
        return isOnline() && now - onlineAt >= bounds.provenMs;
    }

    /** Ends it from here. */
    void end(Exit why) {
        if (exit == null) {
            exit = why;
            if (why.isOfNetwork && beat != null && beat.unansweredMs() > 0) {
                desk.silenceFailed(beat.unansweredMs(), beat.baseMs, beat.maxMs);
            }
            wire.close();
        }
    }

    // What the connection tells.

    @Override
    public void opened() {
        if (exit == null) {
            isOpen = true;
            heardAt = loop.nowMs();
            sayHello();
        }
    }

    @Override
    public void heardSome() {
        moved(loop.nowMs());
    }

    @Override
    public void wroteSome() {
        wroteAt = loop.nowMs();
    }

    @Override
    public void broke(String why) {
        end(Exit.lost(why));
    }

    @Override
    public void heard(Frame frame) {
        if (exit != null) {
            return;
        }
        moved(loop.nowMs());
        try {
            dealWith(frame);
        } catch (InvalidProtocolBufferException unreadable) {
            end(Exit.unreadable(unreadable));
        }
        owed.add(frame);
    }

    private void moved(long now) {
        heardAt = now;
        if (beat != null) {
            beat.heard(now);
        }
    }

    private void dealWith(Frame frame) throws InvalidProtocolBufferException {
        if (frame.command == Command.COMMAND_NOOP_VALUE) {
            long silenceMs = beat == null ? 0 : beat.echoHeard();
            if (silenceMs > 0) {
                desk.silenceBorne(silenceMs, beat.baseMs, beat.maxMs);
            }
        } else if (frame.seq != Frame.SEQ_PUSH) {
            underWay.replied(frame.seq, frame.body);
        } else if (frame.command == Command.COMMAND_PUSH_CLOSING_VALUE) {
            end(Exit.of(ClosingPush.parseFrom(frame.body)));
        } else if (isOnline()) {
            desk.pushed(frame.command, frame.body);
        }
    }

    // Logging in.

    private void sayHello() {
        HelloRequest hello = desk.hello();
        if (hello == null) {
            end(Exit.ended(desk.noLogin()));
            return;
        }
        say(Command.COMMAND_HELLO_VALUE, hello.toByteArray(), body -> helloAnswered(HelloReply.parseFrom(body)));
    }

    private void helloAnswered(HelloReply reply) {
        int code = reply.getCodeValue();
        if (code != 0) {
            Exit why = desk.helloRefused(code, reply.getMessage());
            if (why == null) {
                sayHello();
            } else {
                end(why);
            }
            return;
        }
        long now = loop.nowMs();
        if (!desk.loggedIn(reply)) {
            end(Exit.atOnce("this is another user's place"));
            return;
        }
        onlineAt = now;
        // Both are unsigned.
        long interval = reply.getHeartbeatIntervalMs() & 0xFFFFFFFFL;
        beat = new Beat(interval, reply.getIdleTimeoutMs() & 0xFFFFFFFFL, bounds.echoTimeoutMs, now);
        delivered = new Delivered(reply.getEpoch(), desk.cursor(), now);
    }

    // Turns.

    /** Does what is due; gives when the next turn is to be at the latest. */
    long turn(long now) {
        if (exit != null) {
            return now;
        }
        if (!isOpen) {
            if (now >= openBy) {
                end(Exit.lost("cannot connect: no connection in time"));
            }
            return openBy;
        }
        boolean isReading = giveBack(now);
        if (isReading) {
            endIfDead(now);
        }
        if (exit != null || !isOnline()) {
            return Math.min(quietAt(), stalledAt());
        }
        return serve(now, isReading);
    }

    private long serve(long now, boolean isReading) {
        desk.asks.expire(now, isReading);
        fill(now);
        beat.pace(desk.isLookedAt(), desk.rhythm());
        if (beat.noopDue(isReading) <= now) {
            sayNoop(now);
        }
        long taken = desk.takenOf(delivered.epoch());
        if (deliveredDue(taken) <= now) {
            sayDelivered(taken, now);
        }
        long due = Math.min(beat.noopDue(isReading), deliveredDue(taken));
        due = Math.min(due, Math.min(desk.asks.due(isReading), desk.sends.due(now, isReading)));
        return isReading ? Math.min(Math.min(due, quietAt()), Math.min(stalledAt(), silentAt())) : due;
    }

    private long deliveredDue(long taken) {
        return knowsDelivered && desk.tellsDelivered() && hasRoom() ? delivered.due(taken) : Loop.NEVER;
    }

    /** Gives back what was taken, once the app is not behind any more: only then is more read. True when it is. */
    private boolean giveBack(long now) {
        if (desk.isAppBehind()) {
            wasBehind |= !owed.isEmpty();
            return !wasBehind;
        }
        if (owed.isEmpty()) {
            return true;
        }
        for (Frame frame : owed) {
            wire.taken(frame);
        }
        owed.clear();
        if (wasBehind) {
            wasBehind = false;
            away(now, 0);
        }
        return true;
    }

    private void endIfDead(long now) {
        if (now >= quietAt()) {
            end(Exit.lost("no answer to " + underWay.oldestName()));
        } else if (now >= silentAt()) {
            end(Exit.lost("the server has gone silent"));
        } else if (now >= stalledAt()) {
            end(Exit.lost("nothing could be written for " + bounds.writeTimeoutMs + " ms"));
        } else if (desk.sends.isOverdue(now)) {
            end(Exit.lost("no answer to " + Command.COMMAND_SEND.name()));
        }
    }

    private long quietAt() {
        return underWay.quietAt(heardAt);
    }

    /** With a noop said, and nothing at all heard since, the link is dead then (B6). */
    private long silentAt() {
        return beat == null || !beat.isAsking() ? Loop.NEVER : beat.silentAt() + underWay.slownessMs();
    }

    private long stalledAt() {
        return wire.waiting() == 0 ? Loop.NEVER : wroteAt + bounds.writeTimeoutMs;
    }

    /** The device slept, or nobody read: that was no silence of the server's. */
    void away(long now, long byMs) {
        heardAt = now;
        wroteAt = now;
        if (beat != null) {
            beat.away(now, byMs);
        }
        desk.asks.away(now, bounds.requestTimeoutMs);
        desk.sends.away(now, bounds.requestTimeoutMs);
    }

    /** Asks whether the link is alive, unless it has just shown it. */
    void probe(long now) {
        if (isOnline() && !beat.isAsking() && now - beat.heardAt() >= PROBE_AFTER_MS) {
            sayNoop(now);
        }
    }

    // Saying.

    private boolean hasRoom() {
        return wire.waiting() < WAITING_BYTES_MAX;
    }

    /** One of each kind in turn, so that neither can keep the other waiting. */
    private void fill(long now) {
        while (underWay.count() < bounds.inFlightMax && hasRoom()) {
            if (fillOne(now, isSendsTurn)) {
                isSendsTurn = !isSendsTurn;
            } else if (!fillOne(now, !isSendsTurn)) {
                return;
            }
        }
    }

    private boolean fillOne(long now, boolean send) {
        int before = underWay.count();
        if (send) {
            desk.sends.fill(now, bounds.requestTimeoutMs + underWay.slownessMs(), 1, this::send);
        } else {
            desk.asks.fill(1, this::ask);
        }
        return underWay.count() > before;
    }

    private boolean ask(Asks.Ask ask) {
        say(ask.command, ask.body, body -> desk.asks.replied(ask, body));
        return true;
    }

    private boolean send(Sends.Unsent unsent) {
        say(Command.COMMAND_SEND_VALUE, unsent.message.toByteArray(), body -> desk.sendAnswered(unsent, body));
        return true;
    }

    private void sayDelivered(long taken, long now) {
        delivered.said(taken, now);
        byte[] body = MarkDeliveredRequest.newBuilder().setUpTo(taken).build().toByteArray();
        say(Command.COMMAND_MARK_DELIVERED_VALUE, body, reply -> {
            delivered.answered();
            // A server that knows no such thing is told no more.
            knowsDelivered = Refusal.parseFrom(reply).getCodeValue() != UNKNOWN_COMMAND;
        });
    }

    private void say(int command, byte[] body, UnderWay.Waiter waiter) {
        long now = loop.nowMs();
        seq = Frame.seqAfter(seq);
        Frame frame = new Frame(clientVersion, command, seq, body);
        underWay.add(frame, now, waiter);
        if (beat != null) {
            beat.said(now);
        }
        put(frame, now);
    }

    private void sayNoop(long now) {
        beat.noopSaid(now);
        put(new Frame(clientVersion, Command.COMMAND_NOOP_VALUE, Frame.SEQ_NOOP, new byte[0]), now);
    }

    private void put(Frame frame, long now) {
        if (wire.waiting() == 0) {
            wroteAt = now;
        }
        wire.say(frame);
    }
}
