package io.longlink.app.model;

import io.longlink.v1.Entry;
import java.util.List;

/**
 * What the phone keeps of an account, so that it opens without a network: conversations and their entries, names, and
 * what is not sent yet. {@link MemoryHistory} is one for tests; the app's is SQLite. Both are held to the same tests.
 * Called on the desk alone.
 */
public interface History {
    /** All but the entries. */
    Saved load();

    /** All of it, or nothing: when this returns it is there after a crash. */
    void write(Change change);

    /** Entries of a conversation before this place (0: the newest), descending, at most so many. */
    List<Entry> page(long peer, long before, int limit);

    /** One entry of a conversation; {@code null} if it is not here. */
    Entry find(long peer, long queueId);

    /** Forgets everything, unsent messages too. */
    void erase();

    void close();

    /** What was kept. */
    final class Saved {
        public final Place place;
        public final List<Talk> talks;
        public final List<Named> names;
        /** In the order in which they were written. */
        public final List<Unsent> unsent;

        public Saved(Place place, List<Talk> talks, List<Named> names, List<Unsent> unsent) {
            this.place = place;
            this.talks = talks;
            this.names = names;
            this.unsent = unsent;
        }
    }
}
