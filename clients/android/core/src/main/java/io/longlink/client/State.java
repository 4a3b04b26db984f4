package io.longlink.client;

/** How it stands with the link. */
public final class State {
    /** The four states. */
    public enum Kind {
        /** On the way: a connection is made, or the login is not decided yet. */
        CONNECTING,
        /** Logged in. */
        ONLINE,
        /** The link is gone; the client comes back by itself in {@link State#retryInMs()}. */
        WAITING,
        /** The client does not come back by itself: {@link State#ended()} says why. */
        ENDED
    }

    static final State CONNECTING = new State(Kind.CONNECTING, 0, "", null);
    static final State ONLINE = new State(Kind.ONLINE, 0, "", null);

    private final Kind kind;
    private final long retryInMs;
    private final String why;
    private final Ended ended;

    private State(Kind kind, long retryInMs, String why, Ended ended) {
        this.kind = kind;
        this.retryInMs = retryInMs;
        this.why = why;
        this.ended = ended;
    }

    static State waiting(long retryInMs, String why) {
        return new State(Kind.WAITING, retryInMs, why, null);
    }

    static State ended(Ended ended) {
        return new State(Kind.ENDED, 0, ended.toString(), ended);
    }

    public Kind kind() {
        return kind;
    }

    /** When WAITING, how long from the moment at which this was told; else 0. */
    public long retryInMs() {
        return retryInMs;
    }

    /** Why there is no link, for the developer's log; empty while there is one, or one is on the way. */
    public String why() {
        return why;
    }

    /** When ENDED, why; else {@code null}. */
    public Ended ended() {
        return ended;
    }

    @Override
    public String toString() {
        String name = Words.of(kind.name(), "");
        return why.isEmpty() ? name : name + " (" + why + ")";
    }
}
