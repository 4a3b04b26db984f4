package io.longlink.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.longlink.v1.Code;
import io.longlink.v1.Command;
import io.longlink.v1.EntriesPush;
import io.longlink.v1.Entry;
import io.longlink.v1.HelloReply;
import io.longlink.v1.HelloRequest;
import io.longlink.v1.Resume;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** All that outlives a link: who we are, what the app has taken, and what waits for a reply. Lives on the loop. */
final class Desk {
    final Asks asks = new Asks();
    final Sends sends;
    final Login login;

    private final Settings settings;
    private final Kept kept;
    private final Loop loop;
    private final Feed feed;
    private final Listener listener;
    private final Inbox inbox;
    private final Rhythms rhythms;
    /** Up to where the app has been given its entries and was done with them, which may be less than the inbox has. */
    private Resume taken;
    private String network = "";
    private boolean isLookedAt = true;
    private boolean isPlacePresented;
    private boolean hasEnded;
    private volatile LoggedIn loggedIn;

    /** Reads what an earlier run has left. */
    Desk(Settings settings, Loop loop, Feed feed, Listener listener, Pause pause, Callback<SendReply> ofEarlier)
            throws IOException {
        this.settings = settings;
        this.loop = loop;
        this.feed = feed;
        this.listener = listener;
        kept = new Kept(settings.storage);
        login = new Login(settings, kept);
        rhythms = kept.rhythms();
        sends = new Sends(kept, pause);
        int damaged = sends.load(ofEarlier);
        if (damaged > 0) {
            log(damaged + " messages that were not sent cannot be read any more");
        }
        Resume place = kept.place();
        inbox = new Inbox(place);
        taken = place == null ? Resume.getDefaultInstance() : place;
    }

    // What the app and the system say.

    void send(SendRequest message, Callback<SendReply> callback) {
        try {
            sends.add(message, callback);
        } catch (IOException failed) {
            log("cannot keep a message: " + failed.getMessage());
            sendFailed(message, callback, new Failure(Failure.Kind.NOT_STORED, 0, "cannot keep it: " + failed.getMessage()));
        }
    }

    /** True when it waited. */
    boolean discard(String clientMsgId) {
        try {
            return sends.discard(clientMsgId);
        } catch (IOException failed) {
            log("cannot remove a message: " + failed.getMessage());
            return true;
        }
    }

    /** The app has read up to there by itself. */
    void advance(long cursor) {
        if (inbox.advance(cursor)) {
            tellPlace(() -> {});
        }
    }

    String network() {
        return network;
    }

    void setNetwork(String network) {
        this.network = network;
    }

    boolean isLookedAt() {
        return isLookedAt;
    }

    void setLookedAt(boolean isLookedAt) {
        this.isLookedAt = isLookedAt;
    }

    boolean isAppBehind() {
        return feed.isFull();
    }

    boolean tellsDelivered() {
        return settings.tellsDelivered;
    }

    // Logging in.

    /** {@code null} when there is nothing to log in with. */
    HelloRequest hello() {
        HelloRequest.Builder hello = login.hello();
        if (hello == null) {
            return null;
        }
        // Another user's cursor would leave out what is to this one.
        isPlacePresented = inbox.place() != null && !login.seemsAnothers();
        if (isPlacePresented) {
            hello.setResume(inbox.place());
        }
        return hello.setClient(settings.client).build();
    }

    Ended noLogin() {
        return new Ended(Ended.Kind.LOGIN_REFUSED, Code.CODE_BAD_TOKEN_VALUE, "no login is kept here");
    }

    /** How the link ends; {@code null} to say hello again. */
    Exit helloRefused(int code, String message) {
        if (code == Code.CODE_BAD_TOKEN_VALUE && login.dropToken()) {
            return null;
        }
        if (Failure.isTemporary(code)) {
            return Exit.broken("login refused for now: " + Failure.refusal(code, message));
        }
        return Exit.ended(new Ended(Ended.Kind.LOGIN_REFUSED, code, message));
    }

    /** False when the place that was presented is another user's, or the right one was not: say hello on another link. */
    boolean loggedIn(HelloReply reply) {
        boolean isAnothers = login.accepted(reply);
        if (isAnothers) {
            forgetAnothers();
        }
        if (isPlacePresented ? isAnothers : inbox.place() != null) {
            return false;
        }
        String before = inbox.place() == null ? "" : inbox.place().getEpoch();
        boolean startsOver = inbox.loggedIn(reply);
        if (startsOver) {
            tellPlace(() -> listener.onStartOver(reply.getEpoch()));
            if (!before.isEmpty() && !before.equals(reply.getEpoch())) {
                dropUnsent();
            }
        }
        LoggedIn now = new LoggedIn(reply, inbox.cursor());
        loggedIn = now;
        tellPlace(() -> listener.onLoggedIn(now));
        return true;
    }

    LoggedIn loggedIn() {
        return loggedIn;
    }

    private void forgetAnothers() {
        log("what was kept here is another user's, and is forgotten");
        inbox.forget();
        try {
            kept.removePlace();
        } catch (IOException failed) {
            log("cannot remove the place: " + failed.getMessage());
        }
        dropUnsent();
    }

    private void dropUnsent() {
        try {
            for (Sends.Unsent unsent : sends.removeAll()) {
                sendFailed(unsent.message, unsent.callback, Failure.ANOTHER_LOG);
            }
        } catch (IOException failed) {
            log("cannot remove messages: " + failed.getMessage());
        }
    }

    // What the server says.

    void sendAnswered(Sends.Unsent unsent, byte[] body) throws InvalidProtocolBufferException {
        SendReply reply = SendReply.parseFrom(body);
        boolean isDecided;
        try {
            int code = reply.getCodeValue();
            isDecided = code == 0 ? sends.done(unsent) : sends.refused(unsent, code, loop.nowMs());
        } catch (IOException failed) {
            // It comes again at the next start, and finds that the server has it.
            log("cannot remove a message: " + failed.getMessage());
            isDecided = true;
        }
        if (!isDecided) {
            return;
        }
        if (reply.getCodeValue() != 0) {
            sendFailed(unsent.message, unsent.callback, Failure.refused(reply.getCodeValue(), reply.getMessage()));
            return;
        }
        inbox.reported(reply.getQueueId());
        tell(() -> {
            listener.onSent(unsent.message, reply);
            unsent.callback.onReply(reply);
        });
    }

    void pushed(int command, byte[] body) throws InvalidProtocolBufferException {
        if (command == Command.COMMAND_PUSH_ENTRIES_VALUE) {
            entries(EntriesPush.parseFrom(body).getEntriesList());
        } else {
            Pushes.tell(command, body, feed, listener);
        }
    }

    private void entries(List<Entry> pushed) {
        List<Entry> news = new ArrayList<>();
        boolean hasMoved = false;
        for (Entry entry : pushed) {
            Inbox.Taken is = inbox.take(entry);
            hasMoved |= is != Inbox.Taken.OLD;
            if (is == Inbox.Taken.NEW) {
                news.add(entry);
            }
        }
        if (hasMoved) {
            tellPlace(() -> {
                if (!news.isEmpty()) {
                    listener.onEntries(news);
                }
            });
        }
    }

    // What was learnt of the network.

    Rhythm rhythm() {
        return rhythms.of(network);
    }

    void silenceBorne(long silenceMs, long baseMs, long maxMs) {
        if (settings.bounds.adaptiveHeartbeat && !isLookedAt) {
            rhythm().succeeded(silenceMs, baseMs, maxMs, System.currentTimeMillis());
            keepRhythms();
        }
    }

    void silenceFailed(long silenceMs, long baseMs, long maxMs) {
        if (settings.bounds.adaptiveHeartbeat && !isLookedAt) {
            rhythm().failed(silenceMs, baseMs, maxMs, System.currentTimeMillis());
            keepRhythms();
        }
    }

    private void keepRhythms() {
        try {
            kept.putRhythms(rhythms);
        } catch (IOException failed) {
            log("cannot keep what was learnt of the network: " + failed.getMessage());
        }
    }

    // What the app is told.

    void tell(Runnable told) {
        feed.push(told);
    }

    void tellState(State state) {
        tell(() -> listener.onState(state));
    }

    /** Where the inbox is in which log. */
    long cursor() {
        return inbox.cursor();
    }

    /** Up to where the app has the entries of this log. */
    long takenOf(String epoch) {
        return taken.getEpoch().equals(epoch) ? taken.getCursor() : 0;
    }

    /** Tells, and when the app is done with that, its place is where the inbox is now. */
    private void tellPlace(Runnable told) {
        Resume place = inbox.place();
        tell(() -> {
            told.run();
            loop.post(() -> took(place));
        });
    }

    private void took(Resume place) {
        // The next client on this storage may have begun.
        if (hasEnded || place.equals(taken)) {
            return;
        }
        taken = place;
        try {
            kept.putPlace(place);
        } catch (IOException failed) {
            // What was taken since the last one that is kept comes again at the next start.
            log("cannot keep the place: " + failed.getMessage());
        }
    }

    private void sendFailed(SendRequest message, Callback<SendReply> callback, Failure why) {
        tell(() -> {
            listener.onSendFailed(message, why);
            callback.onFailed(why);
        });
    }

    /** There will be no other link. Messages stay where they are kept. */
    void end(Ended ended) {
        hasEnded = true;
        Failure why = Failure.ended(ended);
        asks.end(why);
        for (Sends.Unsent unsent : sends.end()) {
            tell(() -> unsent.callback.onFailed(why));
        }
        login.ended(ended);
    }

    void log(String line) {
        if (settings.logger != null) {
            settings.logger.log(line);
        }
    }
}
