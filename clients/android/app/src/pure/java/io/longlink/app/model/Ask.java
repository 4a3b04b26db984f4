package io.longlink.app.model;

import com.google.protobuf.MessageLite;
import io.longlink.client.Callback;
import io.longlink.client.Failure;
import io.longlink.client.Longlink;
import io.longlink.client.Request;

/** Asks the server. Answers come on the desk; who does not wait for a failure gives {@code null}. */
final class Ask {
    private Longlink link;

    void over(Longlink link) {
        this.link = link;
    }

    /** For what may be asked again when a link is lost over it. */
    <Q extends MessageLite, R extends MessageLite> void again(
            Request<Q, R> request, Q message, Then<R> reply, Then<Failure> failed) {
        link.requestAgain(request, message, callback(reply, failed));
    }

    /** For what is not to be done twice. */
    <Q extends MessageLite, R extends MessageLite> void once(
            Request<Q, R> request, Q message, Then<R> reply, Then<Failure> failed) {
        link.request(request, message, callback(reply, failed));
    }

    static <R> Callback<R> callback(Then<R> reply, Then<Failure> failed) {
        return new Callback<R>() {
            @Override
            public void onReply(R answer) {
                if (reply != null) {
                    reply.take(answer);
                }
            }

            @Override
            public void onFailed(Failure why) {
                if (failed != null) {
                    failed.take(why);
                }
            }
        };
    }
}
