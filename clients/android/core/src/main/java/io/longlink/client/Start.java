package io.longlink.client;

import com.google.protobuf.MessageLite;
import java.security.SecureRandom;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Puts the parts of a client together, for the real network and in real time. */
final class Start {
    private Start() {}

    static Owner owner(Settings settings, Listener listener) {
        ThreadLoop loop = new ThreadLoop(settings.clock);
        // Clients that started at the same moment must not draw the same pauses.
        Random random = new Random(new SecureRandom().nextLong());
        Owner owner = new Owner(settings, loop, dial(settings, loop), executor(settings), listener, random);
        loop.start(owner);
        return owner;
    }

    static <Q extends MessageLite, R extends MessageLite> void once(
            Settings settings, Request<Q, R> request, Q message, Callback<R> callback) {
        ThreadLoop loop = new ThreadLoop(settings.clock);
        loop.start(new Once<>(settings, loop, dial(settings, loop), executor(settings), request, message, callback));
    }

    private static Wire.Dial dial(Settings settings, Loop loop) {
        return events -> SocketWire.dial(settings, loop, events);
    }

    private static Executor executor(Settings settings) {
        if (settings.executor != null) {
            return settings.executor;
        }
        // What is in its queue is bounded by the feed, which puts one thing in at a time. Its thread ends with nothing to do.
        ThreadPoolExecutor own = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "longlink-events");
            thread.setDaemon(true);
            return thread;
        });
        own.allowCoreThreadTimeOut(true);
        return own;
    }
}
