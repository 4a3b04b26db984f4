package io.longlink.app.model;

import io.longlink.client.Longlink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who is writing just now: shown for a few seconds, never kept (S3). */
public final class Typing {
    private static final long SHOWN_MS = 5_000;
    /** While somebody goes on, it is said so often. */
    private static final long SAID_MS = 3_000;

    private final long me;
    private final Desk desk;
    private final Runnable changed;
    private final Map<Long, Map<Long, Desk.Timer>> shown = new LinkedHashMap<>();
    private long saidTo;
    private long saidAtMs;

    Typing(long me, Desk desk, Runnable changed) {
        this.me = me;
        this.desk = desk;
        this.changed = changed;
    }

    public List<Long> in(long peer) {
        Map<Long, Desk.Timer> users = shown.get(peer);
        return users == null ? new ArrayList<Long>() : new ArrayList<>(users.keySet());
    }

    void heard(long user, long peer) {
        if (user == me) {
            return;
        }
        Map<Long, Desk.Timer> users = shown.get(peer);
        if (users == null) {
            users = new LinkedHashMap<>();
            shown.put(peer, users);
        }
        Desk.Timer before = users.put(user, desk.after(SHOWN_MS, () -> forget(user, peer)));
        if (before != null) {
            before.cancel();
        }
        changed.run();
    }

    /** What was being written is there. */
    void wrote(long user, long peer) {
        forget(user, peer);
    }

    /** The person here is writing. To everyone it is not said. */
    void say(Longlink link, long peer) {
        long now = desk.nowMs();
        boolean said = saidTo == peer && now >= saidAtMs && now - saidAtMs < SAID_MS;
        if (peer == Item.EVERYONE || said) {
            return;
        }
        saidTo = peer;
        saidAtMs = now;
        link.typing(peer);
    }

    /** What was being written here was sent: the next letter is news again. */
    void sent() {
        saidAtMs = 0;
    }

    private void forget(long user, long peer) {
        Map<Long, Desk.Timer> users = shown.get(peer);
        Desk.Timer timer = users == null ? null : users.remove(user);
        if (timer == null) {
            return;
        }
        timer.cancel();
        if (users.isEmpty()) {
            shown.remove(peer);
        }
        changed.run();
    }
}
