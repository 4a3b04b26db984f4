package io.longlink.app.model;

import io.longlink.client.Requests;
import io.longlink.v1.PresencePush;
import io.longlink.v1.PresenceRequest;
import io.longlink.v1.User;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who is online, and when others were last: of contacts as the server tells it by itself, of others from what it says by
 * the way, where it lists people (U18 to U21).
 */
public final class Presence {
    /** How it stands with somebody. */
    public static final class Seen {
        public final boolean online;
        /** 0: not known, or online. */
        public final long lastSeenAtMs;

        Seen(boolean online, long lastSeenAtMs) {
            this.online = online;
            this.lastSeenAtMs = lastSeenAtMs;
        }
    }

    private final Ask ask;
    private final Contacts contacts;
    private final People people;
    private final Runnable changed;
    private final Map<Long, Seen> states = new HashMap<>();
    private long epoch;

    Presence(Ask ask, Contacts contacts, People people, Runnable changed) {
        this.ask = ask;
        this.contacts = contacts;
        this.people = people;
        this.changed = changed;
    }

    /** {@code null} when it is not to be known. */
    public Seen of(long user) {
        return states.get(user);
    }

    public boolean isOnline(long user) {
        Seen seen = states.get(user);
        return seen != null && seen.online;
    }

    /** Without a link nothing is known. */
    void unlinked() {
        states.clear();
    }

    /** Asks for all contacts. */
    void refresh() {
        ask.again(Requests.PRESENCE, PresenceRequest.getDefaultInstance(), reply -> {
            epoch = reply.getEpoch();
            take(reply.getStatesList());
        }, null);
    }

    void push(PresencePush push) {
        if (push.getEpoch() != epoch) {
            states.clear();
            refresh();
        }
        epoch = push.getEpoch();
        take(push.getStatesList());
    }

    /** What is said of people by the way. Of contacts the pushes know better. */
    void seen(List<User> users) {
        boolean moved = false;
        for (User user : users) {
            boolean told = user.getOnline() || people.isListed();
            if (!contacts.is(user.getId()) && told && isOnline(user.getId()) != user.getOnline()) {
                states.put(user.getId(), new Seen(user.getOnline(), 0));
                moved = true;
            }
        }
        if (moved) {
            changed.run();
        }
    }

    private void take(List<io.longlink.v1.Presence> told) {
        for (io.longlink.v1.Presence one : told) {
            // Offline without a time is how those are told of who begin to hide (U19): nothing is to be known then.
            if (one.getOnline() || one.getLastSeenAtMs() > 0) {
                states.put(one.getUser(), new Seen(one.getOnline(), one.getLastSeenAtMs()));
            } else {
                states.remove(one.getUser());
            }
        }
        changed.run();
    }
}
