package io.longlink.client;

import io.longlink.v1.Code;

/** Why a request has no reply that helps. */
public final class Failure {
    /** What kind of failure. */
    public enum Kind {
        /** The server said no: {@link Failure#code()} says how. */
        REFUSED,
        /** The link broke before the reply came, or there was none in time. It may have been carried out. */
        DISCONNECTED,
        /** There was a link, and no reply in time. It may have been carried out. */
        TIMED_OUT,
        /** The reply could not be read. */
        UNREADABLE,
        /** So many wait already that there is no room for it. */
        QUEUE_FULL,
        /** No frame can carry it. */
        TOO_LARGE,
        /** The {@link Storage} did not take it, or the client had ended before: it is nowhere, and is not sent. */
        NOT_STORED,
        /** It was written for another log or by another user, whose numbers mean nothing here. It was not sent. */
        ANOTHER_LOG,
        /** The client has ended meanwhile. A message that has no reply is kept for the next one. */
        ENDED
    }

    static final Failure DISCONNECTED = new Failure(Kind.DISCONNECTED, 0, "disconnected");
    static final Failure TIMED_OUT = new Failure(Kind.TIMED_OUT, 0, "no answer in time");
    static final Failure ANOTHER_LOG = new Failure(Kind.ANOTHER_LOG, 0, "written for another log or by another user");

    private final Kind kind;
    private final int code;
    private final String message;

    Failure(Kind kind, int code, String message) {
        this.kind = kind;
        this.code = code;
        this.message = message;
    }

    /** For other ways to the server, such as Mars: a reply with this code. */
    public static Failure refused(int code, String message) {
        return new Failure(Kind.REFUSED, code, message);
    }

    /** For other ways to the server, such as Mars: no reply, for this reason. */
    public static Failure disconnected(String message) {
        return new Failure(Kind.DISCONNECTED, 0, message);
    }

    static Failure ended(Ended why) {
        return new Failure(Kind.ENDED, 0, "the client has ended: " + why);
    }

    public Kind kind() {
        return kind;
    }

    /** The number of the {@link Code} of a refusal, also of one that this version does not know; else 0. */
    public int code() {
        return code;
    }

    /** Whether the refusal is this one. */
    public boolean is(Code one) {
        return kind == Kind.REFUSED && code == one.getNumber();
    }

    /** Whether the same request may work later: by the range of its code (N3), or since there was no answer. */
    public boolean isTemporary() {
        switch (kind) {
            case REFUSED:
                return isTemporary(code);
            case DISCONNECTED:
            case TIMED_OUT:
            case QUEUE_FULL:
                return true;
            default:
                return false;
        }
    }

    static boolean isTemporary(int code) {
        return code >= 100 && code < 200;
    }

    /** For the developer's log, in English. */
    public String message() {
        return message;
    }

    @Override
    public String toString() {
        return kind == Kind.REFUSED ? refusal(code, message) : message;
    }

    static String refusal(int number, String message) {
        Code code = Code.forNumber(number);
        return (code == null ? "code " + number : code.name()) + ": " + message;
    }
}
