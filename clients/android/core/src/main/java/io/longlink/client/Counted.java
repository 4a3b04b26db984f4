package io.longlink.client;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts a request as over once the app was told what became of it. */
final class Counted<R> implements Callback<R> {
    private final AtomicInteger count;
    private final Callback<R> callback;

    Counted(AtomicInteger count, Callback<R> callback) {
        this.count = count;
        this.callback = callback;
    }

    @Override
    public void onReply(R reply) {
        count.decrementAndGet();
        if (callback != null) {
            callback.onReply(reply);
        }
    }

    @Override
    public void onFailed(Failure why) {
        count.decrementAndGet();
        if (callback != null) {
            callback.onFailed(why);
        }
    }
}
