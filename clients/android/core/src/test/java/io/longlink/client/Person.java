package io.longlink.client;

import io.longlink.v1.ContentType;
import io.longlink.v1.Entry;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Somebody with the real client, of whom a test can wait for things. */
final class Person extends Listener implements AutoCloseable {
    private static final long WAIT_S = 90;

    final List<String> heard = new ArrayList<>();
    final List<String> sent = new ArrayList<>();
    final List<String> failed = new ArrayList<>();
    final List<String> epochs = new ArrayList<>();
    final List<State> states = new ArrayList<>();
    Longlink longlink;
    private String name;

    /** The usual settings, with pauses that do not make a test wait. */
    static Settings.Builder settings(String server, String user) {
        return Settings.forServer(server)
                .credential(Credential.password(user, "demo"))
                .pausesMs(10, 200)
                .tellsDelivered(false);
    }

    static Person start(Settings.Builder settings) {
        Person person = new Person();
        synchronized (person) {
            person.longlink = Longlink.start(settings.build(), person);
            person.name = "a person";
        }
        return person;
    }

    static Person online(Settings.Builder settings) {
        Person person = start(settings);
        person.await("to be online", person::isOnline);
        return person;
    }

    synchronized boolean isOnline() {
        return longlink.isOnline();
    }

    long id() {
        return longlink.loggedIn().userId();
    }

    void say(long to, String text) {
        longlink.send(to, Content.text(text), null);
    }

    /** Waits until it is so, as far as this person has been told. */
    synchronized void await(String what, BooleanSupplier isSo) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
        while (!isSo.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("waited in vain for " + name + " " + what + "; heard " + heard.size() + ", sent "
                        + sent.size() + ", failed " + failed + ", " + longlink.state());
            }
            try {
                wait(left);
            } catch (InterruptedException stopped) {
                throw new AssertionError(stopped);
            }
        }
    }

    void awaitHeard(int count) {
        await("to hear " + count, () -> heard.size() >= count);
    }

    void awaitSent(int count) {
        await("to have sent " + count, () -> sent.size() >= count);
    }

    void awaitEnd() {
        await("to end", () -> longlink.state().kind() == State.Kind.ENDED && !states.isEmpty()
                && states.get(states.size() - 1).kind() == State.Kind.ENDED);
    }

    @Override
    public void close() {
        longlink.close();
    }

    @Override
    public synchronized void onState(State state) {
        states.add(state);
        notifyAll();
    }

    @Override
    public synchronized void onEntries(List<Entry> entries) {
        for (Entry entry : entries) {
            // The demo's server tells of its groups, too.
            if (entry.getContentType() == ContentType.CONTENT_TYPE_GROUP_EVENT_VALUE) {
                continue;
            }
            heard.add(entry.getContent().toStringUtf8());
        }
        notifyAll();
    }

    @Override
    public synchronized void onStartOver(String epoch) {
        epochs.add(epoch);
        notifyAll();
    }

    @Override
    public synchronized void onSent(SendRequest message, SendReply reply) {
        sent.add(message.getContent().toStringUtf8());
        notifyAll();
    }

    @Override
    public synchronized void onSendFailed(SendRequest message, Failure why) {
        failed.add(message.getContent().toStringUtf8() + ": " + why);
        notifyAll();
    }
}
