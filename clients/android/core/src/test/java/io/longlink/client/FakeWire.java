package io.longlink.client;

import com.google.protobuf.MessageLite;
import io.longlink.v1.ClosingPush;
import io.longlink.v1.CloseReason;
import io.longlink.v1.Code;
import io.longlink.v1.Command;
import io.longlink.v1.EntriesPush;
import io.longlink.v1.Entry;
import io.longlink.v1.HelloReply;
import io.longlink.v1.Refusal;
import java.util.ArrayDeque;
import java.util.Deque;

/** A connection whose other end is the test. */
final class FakeWire implements Wire {
    private final FakeLoop loop;
    private final Events events;
    private final Deque<Frame> said = new ArrayDeque<>();
    private int waiting;
    private boolean isStuck;
    int taken;
    boolean isClosed;

    FakeWire(FakeLoop loop, Events events) {
        this.loop = loop;
        this.events = events;
    }

    @Override
    public void say(Frame frame) {
        said.addLast(frame);
        waiting += isStuck ? frame.length() : 0;
    }

    @Override
    public int waiting() {
        return waiting;
    }

    @Override
    public void taken(Frame frame) {
        taken++;
    }

    @Override
    public void close() {
        isClosed = true;
    }

    // What the test does.

    FakeWire opens() {
        happens(events::opened);
        return this;
    }

    /** Nothing leaves any more. */
    void sticks() {
        isStuck = true;
    }

    void breaks(String why) {
        happens(() -> events.broke(why));
    }

    void bringsSome() {
        happens(events::heardSome);
    }

    /** The next frame of the client's that is not a noop, which is of this command. */
    Frame next(Command command) {
        loop.settle();
        while (!said.isEmpty() && said.peekFirst().command == Command.COMMAND_NOOP_VALUE) {
            said.pollFirst();
        }
        Frame frame = said.pollFirst();
        if (frame == null || frame.command != command.getNumber()) {
            throw new AssertionError(command + " was to be said, and not " + (frame == null ? "nothing" : Command.forNumber(frame.command)));
        }
        return frame;
    }

    /** Whether a noop was said, of which this is told once. */
    boolean saidNoop() {
        loop.settle();
        return said.removeIf(frame -> frame.command == Command.COMMAND_NOOP_VALUE && frame.seq == Frame.SEQ_NOOP);
    }

    boolean saidNothing() {
        loop.settle();
        return said.isEmpty();
    }

    void replies(Frame to, MessageLite reply) {
        hears(new Frame(to.clientVersion, to.command, to.seq, reply.toByteArray()));
    }

    void refuses(Frame to, Code code) {
        replies(to, Refusal.newBuilder().setCode(code).setMessage("because").build());
    }

    void pushes(Command command, MessageLite push) {
        hears(new Frame(1, command.getNumber(), Frame.SEQ_PUSH, push.toByteArray()));
    }

    void pushesEntries(Entry... entries) {
        EntriesPush.Builder push = EntriesPush.newBuilder();
        for (Entry entry : entries) {
            push.addEntries(entry);
        }
        pushes(Command.COMMAND_PUSH_ENTRIES, push.build());
    }

    void closesBy(int reason) {
        pushes(Command.COMMAND_PUSH_CLOSING, ClosingPush.newBuilder().setReasonValue(reason).build());
        breaks("the server closed the connection");
    }

    void closesBy(CloseReason reason) {
        closesBy(reason.getNumber());
    }

    void echoes() {
        hears(new Frame(1, Command.COMMAND_NOOP_VALUE, Frame.SEQ_NOOP, new byte[0]));
    }

    /** Opens, and takes the hello in. */
    FakeWire welcomes(HelloReply reply) {
        opens();
        replies(next(Command.COMMAND_HELLO), reply);
        return this;
    }

    private void hears(Frame frame) {
        happens(() -> events.heard(frame));
    }

    private void happens(Runnable what) {
        if (!isClosed) {
            loop.post(() -> {
                if (!isClosed) {
                    what.run();
                }
            });
            loop.settle();
        }
    }
}
