package io.longlink.client;

/** The numbers that a client keeps to. */
final class Bounds {
    long connectTimeoutMs = 10_000;
    long requestTimeoutMs = 30_000;
    long quietTimeoutMs = 12_000;
    long echoTimeoutMs = 8_000;
    long pauseMinMs = 1_000;
    long pauseMaxMs = 60_000;
    /** Logged in for so long, a link has shown that the server is well (B2). */
    long provenMs = 60_000;
    /** When nothing can be written for so long, the link is dead: as the server has it (L14). */
    long writeTimeoutMs = 30_000;
    boolean adaptiveHeartbeat = true;
    int sendsMax = 1024;
    int requestsMax = 256;
    /** Requests of all kinds on the link at once: half of what the server takes before it stops reading (L10). */
    int inFlightMax = 32;
    int eventsMax = 256;

    Bounds copy() {
        Bounds copy = new Bounds();
        copy.connectTimeoutMs = connectTimeoutMs;
        copy.requestTimeoutMs = requestTimeoutMs;
        copy.quietTimeoutMs = quietTimeoutMs;
        copy.echoTimeoutMs = echoTimeoutMs;
        copy.pauseMinMs = pauseMinMs;
        copy.pauseMaxMs = pauseMaxMs;
        copy.provenMs = provenMs;
        copy.writeTimeoutMs = writeTimeoutMs;
        copy.adaptiveHeartbeat = adaptiveHeartbeat;
        copy.sendsMax = sendsMax;
        copy.requestsMax = requestsMax;
        copy.inFlightMax = inFlightMax;
        copy.eventsMax = eventsMax;
        return copy;
    }
}
