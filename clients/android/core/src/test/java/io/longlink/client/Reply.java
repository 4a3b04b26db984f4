package io.longlink.client;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A callback to wait for. */
final class Reply<R> implements Callback<R> {
    private final CountDownLatch told = new CountDownLatch(1);
    private volatile R reply;
    private volatile Failure failure;

    /** The reply, which there has to be. */
    R get() throws InterruptedException {
        await();
        if (failure != null) {
            throw new AssertionError(failure.kind() + ": " + failure);
        }
        return reply;
    }

    /** The failure, which there has to be. */
    Failure failure() throws InterruptedException {
        await();
        if (failure == null) {
            throw new AssertionError("it was carried out");
        }
        return failure;
    }

    private void await() throws InterruptedException {
        if (!told.await(90, TimeUnit.SECONDS)) {
            throw new AssertionError("no answer in time");
        }
    }

    @Override
    public void onReply(R reply) {
        this.reply = reply;
        told.countDown();
    }

    @Override
    public void onFailed(Failure why) {
        failure = why;
        told.countDown();
    }
}
