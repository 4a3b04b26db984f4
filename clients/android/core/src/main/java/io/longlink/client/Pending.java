package io.longlink.client;

/** A request that has no answer yet. */
public interface Pending {
    /** Nobody waits for the answer any more. The server may carry the request out all the same. */
    void cancel();
}
