package io.longlink.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.longlink.v1.ClosingPush;
import io.longlink.v1.Command;
import java.util.concurrent.Executor;

/** One question on a link of its own that is not logged in. */
final class Once<Q extends MessageLite, R extends MessageLite> implements Loop.Turns, Wire.Events, Feed.Watcher {
    private static final int SEQ = 1;

    private final Settings settings;
    private final Loop loop;
    private final Wire.Dial dial;
    private final Asking<R> asking;
    private Wire wire;
    private long giveUpAt;
    private boolean isOpen;
    private boolean isOver;

    Once(
            Settings settings,
            Loop loop,
            Wire.Dial dial,
            Executor executor,
            Request<Q, R> request,
            Q message,
            Callback<R> callback) {
        this.settings = settings;
        this.loop = loop;
        this.dial = dial;
        Feed feed = new Feed(executor, 1, this);
        asking = new Asking<R>(request.number(), message.toByteArray(), false, request.answers, callback, feed) {
            @Override
            void done(byte[] reply) {
                isOver = true;
                wire.close();
                loop.end();
            }
        };
    }

    @Override
    public long turn(long now) {
        if (isOver) {
            return Loop.NEVER;
        }
        if (wire == null) {
            giveUpAt = now + settings.bounds.connectTimeoutMs;
            wire = dial.dial(this);
        }
        if (now >= giveUpAt) {
            fail(isOpen ? Failure.TIMED_OUT : Failure.disconnected("cannot connect: no connection in time"));
        }
        return giveUpAt;
    }

    @Override
    public void crashed(Throwable why) {
        fail(Failure.disconnected(String.valueOf(why)));
    }

    @Override
    public void late(long now, long byMs) {}

    @Override
    public void opened() {
        isOpen = true;
        giveUpAt = loop.nowMs() + settings.bounds.quietTimeoutMs;
        wire.say(new Frame(settings.clientVersion, asking.command, SEQ, asking.body));
    }

    @Override
    public void heard(Frame frame) {
        if (isOver) {
            return;
        }
        if (frame.seq == SEQ) {
            asking.replied(frame.body);
        } else if (frame.seq == Frame.SEQ_PUSH && frame.command == Command.COMMAND_PUSH_CLOSING_VALUE) {
            closed(frame.body);
        }
    }

    private void closed(byte[] body) {
        try {
            fail(Failure.disconnected(Exit.of(ClosingPush.parseFrom(body)).why));
        } catch (InvalidProtocolBufferException unreadable) {
            fail(Failure.disconnected(Exit.unreadable(unreadable).why));
        }
    }

    @Override
    public void heardSome() {}

    @Override
    public void wroteSome() {}

    @Override
    public void broke(String why) {
        fail(Failure.disconnected(why));
    }

    private void fail(Failure why) {
        if (!isOver) {
            asking.failed(why);
        }
    }

    @Override
    public void caughtUp() {}

    @Override
    public void failed(Throwable why) {}
}
