package io.longlink.client;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.Executor;

/**
 * Owns the links, one after the other: dials, waits, comes back, or does not (B1 to B3). What is called from other threads
 * is put on the loop, and so is all else.
 */
final class Owner implements Loop.Turns, Feed.Watcher {
    private final Settings settings;
    private final Bounds bounds;
    private final Loop loop;
    private final Wire.Dial dial;
    private final Feed feed;
    private final Listener listener;
    private final Random random;
    private final Pause pause;
    private final Calls calls;

    private volatile State state = State.CONNECTING;
    /** Made on the loop, at its first turn. */
    private volatile Desk desk;
    private volatile Ended ended;
    private Link link;
    private boolean wasOnline;
    private boolean hasNetwork = true;
    private long retryAt;
    private long alarmAt = Loop.NEVER;

    Owner(Settings settings, Loop loop, Wire.Dial dial, Executor executor, Listener listener, Random random) {
        this.settings = settings;
        this.bounds = settings.bounds;
        this.loop = loop;
        this.dial = dial;
        this.listener = listener;
        this.random = random;
        feed = new Feed(executor, bounds.eventsMax, this);
        calls = new Calls(this, bounds, loop, feed, listener);
        pause = new Pause(bounds.pauseMinMs, bounds.pauseMaxMs, random);
    }

    // Turns.

    @Override
    public void late(long now, long byMs) {
        if (link != null) {
            link.away(now, byMs);
        }
    }

    @Override
    public void crashed(Throwable why) {
        end(new Ended(Ended.Kind.APP_FAILED, 0, String.valueOf(why)));
    }

    @Override
    public long turn(long now) {
        if (ended == null && desk == null) {
            begin();
        }
        if (ended != null) {
            return Loop.NEVER;
        }
        long due = link == null ? waitForLink(now) : live(now);
        // Without a network there is nothing to wake a phone for.
        if (hasNetwork) {
            wakeBy(due, now);
        }
        return due;
    }

    private void begin() {
        try {
            Pause ofSends = new Pause(bounds.pauseMinMs, bounds.pauseMaxMs, random);
            desk = new Desk(settings, loop, feed, listener, ofSends, calls.ofEarlier());
            calls.countEarlier(desk.sends.count());
            desk.tellState(state);
        } catch (IOException failed) {
            end(new Ended(Ended.Kind.STORAGE_FAILED, 0, String.valueOf(failed.getMessage())));
        }
    }

    private long waitForLink(long now) {
        desk.asks.expire(now, true);
        // A client whose app takes nothing comes to rest: there is nothing more to be told.
        if (desk.isAppBehind()) {
            return desk.asks.due(true);
        }
        if (now < retryAt) {
            return Math.min(retryAt, desk.asks.due(true));
        }
        setState(State.CONNECTING);
        wasOnline = false;
        link = new Link(dial, desk, loop, bounds, settings.clientVersion);
        return live(now);
    }

    private long live(long now) {
        desk.asks.expire(now, false);
        long due = Math.min(link.turn(now), desk.asks.due(false));
        if (link.isOnline() && !wasOnline) {
            wasOnline = true;
            setState(State.ONLINE);
        }
        if (link.exit() == null) {
            return due;
        }
        linkEnded(link.exit(), now);
        return ended == null ? waitForLink(now) : Loop.NEVER;
    }

    private void linkEnded(Exit exit, long now) {
        boolean isProven = link.isProven(now);
        link = null;
        desk.log("link ended: " + exit.why);
        if (exit.ended != null) {
            end(exit.ended);
            return;
        }
        desk.asks.linkLost();
        desk.sends.linkLost();
        // A server that takes us in and drops us at once is not helped by our coming back ever faster.
        if (isProven) {
            pause.reset();
        }
        long retryIn = exit.isAtOnce ? 0 : hasNetwork ? pause.grow() : pause.longest();
        retryAt = now + retryIn;
        setState(State.waiting(retryIn, exit.why));
    }

    void end(Ended why) {
        if (ended != null) {
            return;
        }
        ended = why;
        if (link != null) {
            link.end(Exit.ended(why));
            link = null;
        }
        if (desk != null) {
            desk.end(why);
        }
        state = State.ended(why);
        feed.push(() -> listener.onState(state));
        loop.end();
    }

    private void setState(State now) {
        if (now != state) {
            state = now;
            desk.tellState(now);
        }
    }

    /** Sees to it that a phone that sleeps is awake then, unless an earlier alarm does already. */
    private void wakeBy(long due, long now) {
        if (settings.alarm != null && due != Loop.NEVER && (due < alarmAt || alarmAt <= now)) {
            alarmAt = due;
            settings.alarm.wakeIn(Math.max(0, due - now));
        }
    }

    // What the feed tells, on the app's executor.

    @Override
    public void caughtUp() {
        loop.post(() -> {});
    }

    @Override
    public void failed(Throwable why) {
        loop.post(() -> crashed(why));
    }

    // What the app says, on any thread.

    /** Does it on the loop, or something else when there is no client any more. */
    void onLoop(Runnable task, Runnable tooLate) {
        boolean posted = loop.post(() -> {
            if (ended == null) {
                task.run();
            } else {
                tooLate.run();
            }
        });
        if (!posted) {
            tooLate.run();
        }
    }

    void onLoop(Runnable task) {
        onLoop(task, () -> {});
    }

    void taken(long cursor) {
        onLoop(() -> desk.advance(cursor));
    }

    void networkChanged(String network) {
        onLoop(() -> {
            String before = desk.network();
            hasNetwork = network != null;
            if (network == null) {
                if (link != null) {
                    link.end(Exit.broken("there is no network"));
                }
                return;
            }
            desk.setNetwork(network);
            if (link != null && !before.isEmpty() && !before.equals(network)) {
                link.end(Exit.atOnce("the network has changed"));
                pause.reset();
            }
            comeBack();
        });
    }

    void setForeground(boolean foreground) {
        onLoop(() -> {
            desk.setLookedAt(foreground);
            if (foreground) {
                comeBack();
                if (link != null) {
                    link.probe(loop.nowMs());
                }
            }
        });
    }

    /** Waits no longer: what failed before says nothing about how it is now (B3). */
    private void comeBack() {
        if (link == null) {
            pause.reset();
            retryAt = loop.nowMs();
        }
    }

    void wake() {
        loop.post(() -> {});
    }

    /** What the app asks and sends. */
    Calls calls() {
        return calls;
    }

    /** On the loop. */
    Desk desk() {
        return desk;
    }

    /** {@code null} while it lives. */
    Ended ended() {
        return ended;
    }

    State state() {
        return state;
    }

    LoggedIn loggedIn() {
        Desk now = desk;
        return now == null ? null : now.loggedIn();
    }

    String token() {
        Desk now = desk;
        return now == null ? null : now.login.token();
    }

    void close() {
        loop.post(() -> end(Ended.CLOSED));
    }
}
