package io.longlink.client;

import io.longlink.v1.CloseReason;
import io.longlink.v1.Code;

/** Why a client ended for good. Something has to change first: make a new one when it has. */
public final class Ended {
    /** What kind of end. */
    public enum Kind {
        /** The app closed it. */
        CLOSED,
        /** The login was refused for good: with {@link Ended#needsPassword()} ask the person for the password. */
        LOGIN_REFUSED,
        /** The server ended the link with a reason that does not invite back. */
        STOPPED,
        /**
         * The app's code threw: a listener, a callback, a storage. What it has not taken was not passed over: the next
         * client gets it again.
         */
        APP_FAILED,
        /** The {@link Storage} could not be read: how far entries were taken is not known, and none is to be left out. */
        STORAGE_FAILED
    }

    static final Ended CLOSED = new Ended(Kind.CLOSED, 0, "");

    private final Kind kind;
    private final int number;
    private final String message;

    Ended(Kind kind, int number, String message) {
        this.kind = kind;
        this.number = number;
        this.message = message;
    }

    public Kind kind() {
        return kind;
    }

    /** With LOGIN_REFUSED the number of the {@link Code}, with STOPPED that of the {@link CloseReason}; else 0. */
    public int number() {
        return number;
    }

    /** Whether it was by this close reason. */
    public boolean is(CloseReason reason) {
        return kind == Kind.STOPPED && number == reason.getNumber();
    }

    /** Whether it was by a login that was refused with this. */
    public boolean is(Code code) {
        return kind == Kind.LOGIN_REFUSED && number == code.getNumber();
    }

    /** Whether name and password are to be asked for: the token, or those that were given, are worth nothing. */
    public boolean needsPassword() {
        return is(Code.CODE_BAD_TOKEN)
                || is(Code.CODE_WRONG_CREDENTIALS)
                || is(CloseReason.CLOSE_REASON_LOGGED_OUT)
                || is(CloseReason.CLOSE_REASON_ACCOUNT_ENDED);
    }

    /** For the developer's log, in English. */
    public String message() {
        return message;
    }

    @Override
    public String toString() {
        switch (kind) {
            case CLOSED:
                return "closed by the app";
            case LOGIN_REFUSED:
                return "login refused: " + Failure.refusal(number, message);
            case STOPPED:
                return "ended by the server: " + reasonWord(number) + Words.described(message);
            case STORAGE_FAILED:
                return "the storage failed: " + message;
            default:
                return "the app failed: " + message;
        }
    }

    static String reasonWord(int number) {
        CloseReason reason = CloseReason.forNumber(number);
        return reason == null ? "reason " + number : Words.of(reason.name(), "CLOSE_REASON_").replace('_', ' ');
    }
}
