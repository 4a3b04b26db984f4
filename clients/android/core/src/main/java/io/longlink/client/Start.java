package io.longlink.client;

import com.google.protobuf.MessageLite;

/** Skeleton. */
final class Start {
    static Owner owner(Settings settings, Listener listener) { return new Owner(); }
    static <Q extends MessageLite, R extends MessageLite> void once(Settings settings, Request<Q, R> request, Q message, Callback<R> callback) {}
}
