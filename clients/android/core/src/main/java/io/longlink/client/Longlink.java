package io.longlink.client;

import com.google.protobuf.MessageLite;
import io.longlink.v1.EditReply;
import io.longlink.v1.EditRequest;
import io.longlink.v1.LogOutReply;
import io.longlink.v1.LogOutRequest;
import io.longlink.v1.MarkReadReply;
import io.longlink.v1.MarkReadRequest;
import io.longlink.v1.RecallReply;
import io.longlink.v1.RecallRequest;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import io.longlink.v1.TypingReply;
import io.longlink.v1.TypingRequest;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/**
 * A handle to the link. It logs in, answers for the heartbeat, comes back after a loss with growing pauses, goes on where
 * it was, and stays away when the server says so. What was sent and not answered is sent again, and kept once; what comes
 * is given to the {@link Listener} once, in order.
 *
 * <p>Call it from any thread: nothing here waits for the network or the disk. What comes of it is told on the executor of
 * {@link Settings}.
 *
 * <pre>{@code
 * Settings settings = Settings.forServer("chat.example.com:8445")
 *         .credential(Credential.password("anna", "her password"))
 *         .storage(new FileStorage(folder))
 *         .executor(mainThread)
 *         .build();
 * Longlink longlink = Longlink.start(settings, new Listener() {
 *     public void onEntries(List<Entry> entries) { show(entries); }
 * });
 * longlink.send(7, Content.text("hello"), null);
 * }</pre>
 */
public final class Longlink {
    private final Owner owner;

    private Longlink(Owner owner) {
        this.owner = owner;
    }

    /** Begins to connect, and returns at once: {@link Listener#onState} tells how that went. */
    public static Longlink start(Settings settings, Listener listener) {
        return new Longlink(Start.owner(settings, listener));
    }

    /** Whether a token of an earlier login is kept here, so that {@link Credential#STORED} may do. */
    public static boolean isLoginKept(Storage storage) throws IOException {
        return new Kept(storage).login() != null;
    }

    /**
     * Asks one question on a link of its own, without logging in: {@link Requests#REGISTER} is the one that needs this.
     * Of the settings only server, trust, executor, clock and time-outs count. It is not repeated by itself.
     */
    public static <Q extends MessageLite, R extends MessageLite> void askOnce(
            Settings settings, Request<Q, R> request, Q message, Callback<R> callback) {
        Start.once(settings, request, message, callback);
    }

    /**
     * Sends a message to a peer (greater than 0 a user, 0 everyone, less than 0 a group). It is kept in the storage
     * before it goes out, and stays on its way over lost networks and restarts, until the server has kept it or refused
     * it for good.
     *
     * @param callback is told what became of it, if this process lives so long; {@link Listener#onSent} and
     *     {@link Listener#onSendFailed} are told in any case. May be {@code null}.
     * @return its {@code client_msg_id}
     */
    public String send(long peer, Content content, Callback<SendReply> callback) {
        SendRequest message = SendRequest.newBuilder()
                .setTo(peer)
                .setClientMsgId(freshId())
                .setContentType(content.type)
                .setContent(content.bytes)
                .setReplyTo(content.replyTo)
                .addAllMentions(content.mentions)
                .build();
        send(message, callback);
        return message.getClientMsgId();
    }

    /** As {@link #send(long, Content, Callback)}, with a {@code client_msg_id} of the app's own (E3). */
    public void send(SendRequest message, Callback<SendReply> callback) {
        owner.calls().send(message, callback);
    }

    /** Tells which messages are on their way, the oldest first: also those that an earlier run has begun to send. */
    public void unsent(Callback<List<SendRequest>> callback) {
        owner.calls().unsent(callback);
    }

    /** Sends a message no more. The server may have it already: then it comes as an entry all the same. */
    public void discard(String clientMsgId) {
        owner.calls().discard(clientMsgId);
    }

    /**
     * Asks for anything. Without a link this waits for one. It is never repeated by itself: after a failure that is not
     * {@link Failure.Kind#REFUSED} it may have been carried out.
     *
     * @param callback may be {@code null}
     */
    public <Q extends MessageLite, R extends MessageLite> Pending request(
            Request<Q, R> request, Q message, Callback<R> callback) {
        return owner.calls().request(request, message, callback, false);
    }

    /**
     * As {@link #request}, for what is carried out once however often it is asked: what reads, what says how something
     * is to be, and what has a {@code client_msg_id}. When a link is lost over it, it is asked again on the next one,
     * within the request time-out.
     */
    public <Q extends MessageLite, R extends MessageLite> Pending requestAgain(
            Request<Q, R> request, Q message, Callback<R> callback) {
        return owner.calls().request(request, message, callback, true);
    }

    /** Takes a message back (E19). */
    public Pending recall(long peer, long queueId, Callback<RecallReply> callback) {
        RecallRequest.Builder message = RecallRequest.newBuilder();
        message.setPeer(peer).setQueueId(queueId).setClientMsgId(freshId());
        return requestAgain(Requests.RECALL, message.build(), callback);
    }

    /** Gives a message another content (E19). */
    public Pending edit(long peer, long queueId, Content content, Callback<EditReply> callback) {
        EditRequest.Builder message = EditRequest.newBuilder();
        message.setPeer(peer).setQueueId(queueId).setClientMsgId(freshId());
        message.setContentType(content.type).setContent(content.bytes);
        return requestAgain(Requests.EDIT, message.build(), callback);
    }

    /** Says that everything up to here was on the screen (S1). */
    public void markRead(long peer, long upTo) {
        MarkReadRequest message = MarkReadRequest.newBuilder().setPeer(peer).setUpTo(upTo).build();
        requestAgain(Requests.MARK_READ, message, (Callback<MarkReadReply>) null);
    }

    /** Says that one is writing; of no account without a link. */
    public void typing(long peer) {
        TypingRequest message = TypingRequest.newBuilder().setPeer(peer).build();
        if (isOnline()) {
            request(Requests.TYPING, message, (Callback<TypingReply>) null);
        }
    }

    /** Ends this device's login; its token is worth nothing afterwards. Then the client ends as LOGGED_OUT. */
    public void logOut(Callback<LogOutReply> callback) {
        requestAgain(Requests.LOG_OUT, LogOutRequest.getDefaultInstance(), callback);
    }

    /**
     * Says that the app has all entries up to here, after it has read them by {@link Requests#SYNC}: they are not pushed
     * again.
     */
    public void taken(long cursor) {
        owner.taken(cursor);
    }

    /**
     * Says which network there is, as the system tells it: any name that is the same when it is the same network, such
     * as {@code "wifi/" + bssid} or {@code "mobile/" + operator}, or {@code null} when there is none. On another one the
     * client comes back at once, and the heartbeat is what was learnt on it.
     */
    public void networkChanged(String network) {
        owner.networkChanged(network);
    }

    /**
     * Says whether a person looks at the app. If so the heartbeat is the server's, a pause ends, and a link that may be
     * dead is tried; else it becomes slower where the network lets it. A client begins in the foreground.
     */
    public void setForeground(boolean foreground) {
        owner.setForeground(foreground);
    }

    /** Looks at the clock: for an {@link Alarm} that went off, and for a device that has just woken. */
    public void wake() {
        owner.wake();
    }

    /** How it stands with the link at this moment. */
    public State state() {
        return owner.state();
    }

    /** Whether the link is logged in at this moment. */
    public boolean isOnline() {
        return state().kind() == State.Kind.ONLINE;
    }

    /** What the server said at the last login; {@code null} before the first. */
    public LoggedIn loggedIn() {
        return owner.loggedIn();
    }

    /** The login token, for requests by HTTP (files, avatars); {@code null} when there is none. */
    public String token() {
        return owner.token();
    }

    /** Ends the link at once. Messages that are not sent stay in the storage for the next client. */
    public void close() {
        owner.close();
    }

    /** A name that nobody else has, for a {@code client_msg_id}. */
    public static String freshId() {
        return UUID.randomUUID().toString();
    }
}
