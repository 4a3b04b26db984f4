package io.longlink.app;

import io.longlink.app.show.Screen;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a person sees of a screen, and waits for. */
final class Seen<S> implements Screen<S> {
    private static final long PATIENCE_S = 60;

    /** What a state is to be. */
    interface Like<S> {
        boolean is(S state);
    }

    private final List<String> said = new ArrayList<>();
    private S state;
    private boolean left;

    @Override
    public synchronized void show(S now) {
        state = now;
        notifyAll();
    }

    @Override
    public synchronized void say(String words) {
        said.add(words);
        notifyAll();
    }

    @Override
    public synchronized void leave() {
        left = true;
        notifyAll();
    }

    synchronized S state() {
        return state;
    }

    /** The state, as soon as it is like that. */
    synchronized S until(String what, Like<S> like) {
        wait(what, () -> state != null && like.is(state));
        return state;
    }

    synchronized void untilSaid(String part) {
        wait("that it says " + part, () -> {
            for (String one : said) {
                if (one.contains(part)) {
                    return true;
                }
            }
            return false;
        });
    }

    synchronized void untilLeft() {
        wait("that it leaves", () -> left);
    }

    private void wait(String what, java.util.function.BooleanSupplier done) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!done.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("waited in vain for: " + what + "; it said " + said + ", and shows " + Lines.describe(state));
            }
            try {
                wait(left);
            } catch (InterruptedException stopped) {
                throw new AssertionError(stopped);
            }
        }
    }
}
