package io.longlink.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.longlink.v1.Refusal;

/** A request with the callback that waits for its reply. */
abstract class Asking<R extends MessageLite> extends Asks.Ask {
    private final Parser<R> answers;
    private final Callback<R> callback;
    private final Feed feed;
    private volatile boolean isForgotten;

    Asking(int command, byte[] body, boolean again, Parser<R> answers, Callback<R> callback, Feed feed) {
        super(command, body, again, 0);
        this.answers = answers;
        this.callback = callback;
        this.feed = feed;
    }

    /** It is over: with a reply, or with {@code null}. */
    abstract void done(byte[] reply);

    /** Nobody waits for it any more. */
    void forget() {
        isForgotten = true;
    }

    @Override
    void replied(byte[] reply) {
        Failure why = null;
        R read = null;
        try {
            // Fields 1 and 2 of every reply are those of a refusal (N2).
            Refusal refusal = Refusal.parseFrom(reply);
            if (refusal.getCodeValue() != 0) {
                why = Failure.refused(refusal.getCodeValue(), refusal.getMessage());
            } else {
                read = answers.parseFrom(reply);
            }
        } catch (InvalidProtocolBufferException unreadable) {
            why = new Failure(Failure.Kind.UNREADABLE, 0, "cannot read the answer: " + unreadable.getMessage());
        }
        tell(read, why);
        done(reply);
    }

    @Override
    void failed(Failure why) {
        tell(null, why);
        done(null);
    }

    private void tell(R reply, Failure why) {
        if (callback == null) {
            return;
        }
        feed.push(() -> {
            if (isForgotten) {
                return;
            }
            if (why == null) {
                callback.onReply(reply);
            } else {
                callback.onFailed(why);
            }
        });
    }
}
