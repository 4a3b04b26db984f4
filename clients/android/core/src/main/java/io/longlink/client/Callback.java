package io.longlink.client;

/**
 * Takes what became of a request. Exactly one of the two is called, once, on the executor of {@link Settings}; none
 * after {@link Pending#cancel}.
 *
 * @param <R> the reply
 */
public interface Callback<R> {
    /** The server has carried it out. */
    void onReply(R reply);

    /** It was refused, or nobody knows what became of it: {@link Failure#kind()} tells. */
    void onFailed(Failure why);
}
