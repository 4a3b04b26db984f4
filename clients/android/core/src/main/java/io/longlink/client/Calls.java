package io.longlink.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.longlink.v1.ChangePasswordReply;
import io.longlink.v1.ChangePasswordRequest;
import io.longlink.v1.CloseReason;
import io.longlink.v1.Command;
import io.longlink.v1.Refusal;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What the app asks and sends, on any thread: bounded here, and put on the loop. */
final class Calls {
    private final Owner owner;
    private final Bounds bounds;
    private final Loop loop;
    private final Feed feed;
    private final Listener listener;
    private final AtomicInteger requestCount = new AtomicInteger();
    private final AtomicInteger sendCount = new AtomicInteger();

    Calls(Owner owner, Bounds bounds, Loop loop, Feed feed, Listener listener) {
        this.owner = owner;
        this.bounds = bounds;
        this.loop = loop;
        this.feed = feed;
        this.listener = listener;
    }

    /** Who waits for the messages that an earlier run has left. */
    Callback<SendReply> ofEarlier() {
        return new Counted<>(sendCount, null);
    }

    void countEarlier(int count) {
        sendCount.addAndGet(count);
    }

    void send(SendRequest message, Callback<SendReply> callback) {
        Callback<SendReply> counted = new Counted<>(sendCount, callback);
        int length = Frame.HEADER_LENGTH + message.getSerializedSize();
        if (sendCount.incrementAndGet() > bounds.sendsMax) {
            refuse(message, counted, new Failure(Failure.Kind.QUEUE_FULL, 0, bounds.sendsMax + " messages wait to be sent already"));
        } else if (length > Frame.LENGTH_MAX) {
            refuse(message, counted, tooLarge(length));
        } else {
            owner.onLoop(() -> owner.desk().send(message, counted), () -> refuse(message, counted, tooLate()));
        }
    }

    // The app bounds these: each is its own call.
    private void refuse(SendRequest message, Callback<SendReply> callback, Failure why) {
        feed.push(() -> {
            listener.onSendFailed(message, why);
            callback.onFailed(why);
        });
    }

    private Failure tooLate() {
        return new Failure(Failure.Kind.NOT_STORED, 0, "the client has ended: " + owner.ended());
    }

    private static Failure tooLarge(int length) {
        return new Failure(Failure.Kind.TOO_LARGE, 0, "frame is " + length + " bytes, more than " + Frame.LENGTH_MAX);
    }

    void unsent(Callback<List<SendRequest>> callback) {
        owner.onLoop(
                () -> {
                    List<SendRequest> messages = owner.desk().sends.messages();
                    feed.push(() -> callback.onReply(messages));
                },
                () -> feed.push(() -> callback.onFailed(Failure.ended(owner.ended()))));
    }

    void discard(String clientMsgId) {
        owner.onLoop(() -> {
            if (owner.desk().discard(clientMsgId)) {
                sendCount.decrementAndGet();
            }
        });
    }

    <Q extends MessageLite, R extends MessageLite> Pending request(
            Request<Q, R> request, Q message, Callback<R> callback, boolean again) {
        Asking<R> ask = new Asking<R>(request.command.getNumber(), message.toByteArray(), again, request.answers, callback, feed) {
            @Override
            void done(byte[] reply) {
                requestCount.decrementAndGet();
                if (reply != null) {
                    heed(request.command, message, reply);
                }
            }
        };
        int length = Frame.HEADER_LENGTH + ask.body.length;
        if (requestCount.incrementAndGet() > bounds.requestsMax) {
            ask.failed(new Failure(Failure.Kind.QUEUE_FULL, 0, bounds.requestsMax + " requests wait already"));
        } else if (length > Frame.LENGTH_MAX) {
            ask.failed(tooLarge(length));
        } else {
            owner.onLoop(
                    () -> {
                        ask.deadline = loop.nowMs() + bounds.requestTimeoutMs;
                        owner.desk().asks.add(ask);
                    },
                    () -> ask.failed(Failure.ended(owner.ended())));
        }
        return () -> {
            ask.forget();
            owner.onLoop(() -> owner.desk().asks.cancel(ask));
        };
    }

    /** What an answer means to the client itself. */
    private void heed(Command command, MessageLite message, byte[] reply) {
        try {
            if (Refusal.parseFrom(reply).getCodeValue() != 0) {
                return;
            }
            // The server ends the link now, and we do not come back even if it breaks before that is told.
            if (command == Command.COMMAND_LOG_OUT) {
                owner.end(new Ended(Ended.Kind.STOPPED, CloseReason.CLOSE_REASON_LOGGED_OUT_VALUE, ""));
            } else if (command == Command.COMMAND_DELETE_ACCOUNT) {
                owner.end(new Ended(Ended.Kind.STOPPED, CloseReason.CLOSE_REASON_ACCOUNT_ENDED_VALUE, ""));
            } else if (command == Command.COMMAND_CHANGE_PASSWORD) {
                String password = ((ChangePasswordRequest) message).getNewPassword();
                owner.desk().login.renewed(ChangePasswordReply.parseFrom(reply).getToken(), password);
            }
        } catch (InvalidProtocolBufferException unreadable) {
            owner.desk().log("cannot read the reply to " + command.name());
        }
    }
}
