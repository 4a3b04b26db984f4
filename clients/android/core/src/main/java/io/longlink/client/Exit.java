package io.longlink.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.longlink.v1.ClosingPush;

/** How a link ended: whether to come back, and what it says of the network. */
final class Exit {
    /** Why not to come back; {@code null} for a link that broke. */
    final Ended ended;
    /** How it broke. */
    final String why;
    /** Come back at once. */
    final boolean isAtOnce;
    /** The connection failed, rather than that somebody ended it. */
    final boolean isOfNetwork;

    private Exit(Ended ended, String why, boolean isAtOnce, boolean isOfNetwork) {
        this.ended = ended;
        this.why = why;
        this.isAtOnce = isAtOnce;
        this.isOfNetwork = isOfNetwork;
    }

    /** The connection failed. */
    static Exit lost(String why) {
        return new Exit(null, why, false, true);
    }

    /** The server is there, and does not want us, or cannot be understood. */
    static Exit broken(String why) {
        return new Exit(null, why, false, false);
    }

    /** We have given it up for a better one. */
    static Exit atOnce(String why) {
        return new Exit(null, why, true, false);
    }

    static Exit ended(Ended ended) {
        return new Exit(ended, ended.toString(), false, false);
    }

    static Exit unreadable(InvalidProtocolBufferException error) {
        return broken("cannot read what the server said: " + error.getMessage());
    }

    /** Obeys the range of a close reason, also of one that is newer than this client (N4). */
    static Exit of(ClosingPush closing) {
        int number = closing.getReasonValue();
        if (number >= 200 && number < 300) {
            return ended(new Ended(Ended.Kind.STOPPED, number, closing.getMessage()));
        }
        return broken("closed by the server: " + Ended.reasonWord(number) + Words.described(closing.getMessage()));
    }
}
