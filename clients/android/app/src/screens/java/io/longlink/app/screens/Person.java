package io.longlink.app.screens;

import com.google.protobuf.MessageLite;
import io.longlink.client.Callback;
import io.longlink.client.Content;
import io.longlink.client.Credential;
import io.longlink.client.Failure;
import io.longlink.client.Listener;
import io.longlink.client.LoggedIn;
import io.longlink.client.Longlink;
import io.longlink.client.Request;
import io.longlink.client.Settings;
import io.longlink.v1.SendReply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Somebody else, who has no phone: writes and asks over a link of the library. */
final class Person implements AutoCloseable {
    private final CompletableFuture<Long> id = new CompletableFuture<>();
    private final Longlink link;

    Person(int port, String name) {
        Settings settings = Settings.forServer("127.0.0.1:" + port)
                .credential(Credential.password(name, "demo"))
                .pausesMs(50, 500)
                .build();
        link = Longlink.start(settings, new Listener() {
            @Override
            public void onLoggedIn(LoggedIn now) {
                id.complete(now.userId());
            }
        });
    }

    long send(long peer, Content content) {
        CompletableFuture<SendReply> sent = new CompletableFuture<>();
        link.send(peer, content, into(sent));
        return get(sent).getQueueId();
    }

    <Q extends MessageLite, R extends MessageLite> R ask(Request<Q, R> request, Q message) {
        CompletableFuture<R> answered = new CompletableFuture<>();
        link.requestAgain(request, message, into(answered));
        return get(answered);
    }

    long id() {
        return get(id);
    }

    private static <R> Callback<R> into(CompletableFuture<R> future) {
        return new Callback<R>() {
            @Override
            public void onReply(R reply) {
                future.complete(reply);
            }

            @Override
            public void onFailed(Failure why) {
                future.completeExceptionally(new AssertionError(why.toString()));
            }
        };
    }

    private static <R> R get(CompletableFuture<R> future) {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    @Override
    public void close() {
        link.close();
    }
}
