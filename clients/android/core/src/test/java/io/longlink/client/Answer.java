package io.longlink.client;

/** A callback that notes what it was told. */
final class Answer<R> implements Callback<R> {
    R reply;
    Failure failure;
    int count;

    @Override
    public void onReply(R reply) {
        this.reply = reply;
        count++;
    }

    @Override
    public void onFailed(Failure why) {
        failure = why;
        count++;
    }
}
