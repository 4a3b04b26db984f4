package io.longlink.client;

import java.util.concurrent.Executor;

/** All that an app can decide. {@link #forServer} begins with what is usual; change what differs. */
public final class Settings {
    final String host;
    final int port;
    final Credential credential;
    final Executor executor;
    final Storage storage;
    final Trust trust;
    final Clock clock;
    final Alarm alarm;
    final Logger logger;
    final String deviceId;
    final String client;
    final int clientVersion;
    final boolean tellsDelivered;
    final Bounds bounds;

    private Settings(Builder from) {
        host = from.host;
        port = from.port;
        credential = from.credential;
        executor = from.executor;
        storage = from.storage;
        trust = from.trust;
        clock = from.clock;
        alarm = from.alarm;
        logger = from.logger;
        deviceId = from.deviceId;
        client = from.client;
        clientVersion = from.clientVersion;
        tellsDelivered = from.tellsDelivered;
        bounds = from.bounds.copy();
    }

    /** For the server at {@code host:port}; an IPv6 address stands in brackets. */
    public static Builder forServer(String server) {
        int colon = server.lastIndexOf(':');
        String host = colon < 0 ? "" : server.substring(0, colon);
        int port;
        try {
            port = Integer.parseInt(server.substring(colon + 1));
        } catch (NumberFormatException wrong) {
            port = -1;
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || port < 1 || port > 65535) {
            throw new IllegalArgumentException("\"" + server + "\" is no host:port");
        }
        return new Builder(host, port);
    }

    /** Puts settings together. */
    public static final class Builder {
        private final String host;
        private final int port;
        private Credential credential = Credential.STORED;
        private Executor executor;
        private Storage storage = new MemoryStorage();
        private Trust trust = Trust.system();
        private Clock clock = NanoClock.ONE;
        private Alarm alarm;
        private Logger logger;
        private String deviceId;
        private String client = "longlink-android/1";
        private int clientVersion = 1;
        private boolean tellsDelivered = true;
        private final Bounds bounds = new Bounds();

        private Builder(String host, int port) {
            this.host = host;
            this.port = port;
        }

        /** How to log in. {@link Credential#STORED}, if nothing is given. */
        public Builder credential(Credential credential) {
            this.credential = credential;
            return this;
        }

        /**
         * Where listener and callbacks are called: one at a time, in order. On Android one that posts to the main
         * thread's {@code Handler}. A thread of the client's own, if nothing is given.
         */
        public Builder executor(Executor executor) {
            this.executor = executor;
            return this;
        }

        /** What outlives the process. {@link MemoryStorage}, which does not, if nothing is given. */
        public Builder storage(Storage storage) {
            this.storage = storage;
            return this;
        }

        /** Whom to trust. {@link Trust#system()}, if nothing is given. */
        public Builder trust(Trust trust) {
            this.trust = trust;
            return this;
        }

        /** How time passes: on Android {@code SystemClock::elapsedRealtime}. */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /** What wakes the phone for the heartbeat. Nothing, if none is given: then a phone that sleeps may be late. */
        public Builder alarm(Alarm alarm) {
            this.alarm = alarm;
            return this;
        }

        /** Where lines for the developer go. Nowhere, if none is given. */
        public Builder logger(Logger logger) {
            this.logger = logger;
            return this;
        }

        /**
         * Which of the user's devices this is: 1 to 64 bytes. One is made at the first start and kept in the storage,
         * if none is given. A second link of the same device takes the first one's place.
         */
        public Builder deviceId(String deviceId) {
            this.deviceId = deviceId;
            return this;
        }

        /** What the app is, for the server's log: such as {@code shop-android/3.1}, up to 64 characters. */
        public Builder client(String client) {
            this.client = client;
            return this;
        }

        /** The app's own number, in the header of every frame. */
        public Builder clientVersion(int clientVersion) {
            this.clientVersion = clientVersion;
            return this;
        }

        /**
         * Whether the server is told, at most once a second, how far the app has taken its entries, so that those who
         * wrote them see that they arrived. True, if nothing is given.
         */
        public Builder tellsDelivered(boolean tellsDelivered) {
            this.tellsDelivered = tellsDelivered;
            return this;
        }

        /** How long a connection may take to come about. 10 s. */
        public Builder connectTimeoutMs(long ms) {
            bounds.connectTimeoutMs = atLeast(1, ms);
            return this;
        }

        /** How long a request may take, with waiting for a link. 30 s. */
        public Builder requestTimeoutMs(long ms) {
            bounds.requestTimeoutMs = atLeast(1, ms);
            return this;
        }

        /** With a request unanswered and nothing at all heard for so long, the link is dead. 12 s (L11). */
        public Builder quietTimeoutMs(long ms) {
            bounds.quietTimeoutMs = atLeast(1, ms);
            return this;
        }

        /** With a noop not echoed and nothing at all heard for so long, the link is dead. 8 s (B6). */
        public Builder echoTimeoutMs(long ms) {
            bounds.echoTimeoutMs = atLeast(1, ms);
            return this;
        }

        /** The bounds of the random pause before a try: it begins at the first and doubles up to the second (B2). */
        public Builder pausesMs(long first, long longest) {
            bounds.pauseMinMs = atLeast(1, first);
            bounds.pauseMaxMs = atLeast(first, longest);
            return this;
        }

        /** Whether the heartbeat becomes slower in the background where the network lets it. True. */
        public Builder adaptiveHeartbeat(boolean adaptive) {
            bounds.adaptiveHeartbeat = adaptive;
            return this;
        }

        /** Messages that wait to be kept. One more fails at once. 1024. */
        public Builder sendsMax(int max) {
            bounds.sendsMax = (int) atLeast(1, max);
            return this;
        }

        /** Other requests that wait for an answer. One more fails at once. 256. */
        public Builder requestsMax(int max) {
            bounds.requestsMax = (int) atLeast(1, max);
            return this;
        }

        /** Calls of the listener that the app has not taken. At this many the link is not read any further. 256. */
        public Builder eventsMax(int max) {
            bounds.eventsMax = (int) atLeast(1, max);
            return this;
        }

        /** The settings. Changing the builder afterwards changes them no more. */
        public Settings build() {
            return new Settings(this);
        }

        private static long atLeast(long least, long value) {
            if (value < least) {
                throw new IllegalArgumentException(value + " is less than " + least);
            }
            return value;
        }
    }
}
