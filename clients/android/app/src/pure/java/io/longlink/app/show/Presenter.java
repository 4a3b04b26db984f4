package io.longlink.app.show;

import io.longlink.app.model.Account;
import io.longlink.app.model.Hub;
import io.longlink.app.model.Then;
import io.longlink.app.words.Words;
import io.longlink.client.Failure;
import java.util.concurrent.Executor;

/**
 * Makes what a screen shows out of the model, anew whenever that changes, and carries out what the person asks for. Its
 * public methods may be called from any thread and return at once; the work is done on the desk.
 *
 * @param <S> the state of the screen, which does not change once it is made
 */
public abstract class Presenter<S> {
    protected final Hub hub;
    protected final Names names;
    protected final Words words;
    private final Runnable draw = this::draw;
    private final Runnable moved = this::moved;
    private volatile Screen<S> screen;
    private volatile Executor ui;
    private Account watched;
    private boolean attached;

    protected Presenter(Hub hub, Names names) {
        this.hub = hub;
        this.names = names;
        this.words = names.words;
    }

    /** Begins to draw. */
    public final void attach(Screen<S> on, Executor executor) {
        ui = executor;
        screen = on;
        hub.desk.execute(() -> {
            attached = true;
            hub.watch(moved);
            follow();
            opened();
            draw();
        });
    }

    /** Draws no more. */
    public final void detach() {
        screen = null;
        hub.desk.execute(() -> {
            closed();
            attached = false;
            hub.unwatch(moved);
            follow();
        });
    }

    /** What the screen shows; on the desk. {@code null}: nothing yet. */
    protected abstract S state();

    /** The screen was opened; on the desk. */
    protected void opened() {}

    /** The screen is closed; on the desk. */
    protected void closed() {}

    /** Somebody else is logged in now, or nobody; on the desk. */
    protected void accountMoved() {}

    /** Does it on the desk, if somebody is logged in. */
    protected final void with(Then<Account> work) {
        hub.desk.execute(() -> {
            if (hub.account() != null) {
                work.take(hub.account());
            }
        });
    }

    protected final void draw() {
        S state = attached ? state() : null;
        if (state != null) {
            onScreen(on -> on.show(state));
        }
    }

    protected final void say(String text) {
        onScreen(on -> on.say(text));
    }

    protected final void leave() {
        onScreen(Screen::leave);
    }

    protected final Then<Failure> complain(String about) {
        return why -> say(Fails.text(words, why, about));
    }

    protected final Runnable sayDone(String name) {
        return () -> say(words.get(name));
    }

    private void onScreen(Then<Screen<S>> work) {
        Executor executor = ui;
        if (executor != null) {
            executor.execute(() -> {
                Screen<S> on = screen;
                if (on != null) {
                    work.take(on);
                }
            });
        }
    }

    private void moved() {
        follow();
        accountMoved();
        draw();
    }

    private void follow() {
        Account now = attached ? hub.account() : null;
        if (watched != null && watched != now) {
            watched.unwatch(draw);
        }
        if (now != null && watched != now) {
            now.watch(draw);
        }
        watched = now;
    }
}
