package io.longlink.client;

import com.google.protobuf.MessageLite;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import java.util.List;

/** Skeleton. */
final class Owner {
    void send(SendRequest message, Callback<SendReply> callback) {}
    void unsent(Callback<List<SendRequest>> callback) {}
    void discard(String clientMsgId) {}
    <Q extends MessageLite, R extends MessageLite> Pending request(Request<Q, R> request, Q message, Callback<R> callback, boolean again) { return null; }
    void taken(long cursor) {}
    void networkChanged(String network) {}
    void setForeground(boolean foreground) {}
    void wake() {}
    State state() { return State.CONNECTING; }
    LoggedIn loggedIn() { return null; }
    String token() { return null; }
    void close() {}
}
