package io.longlink.app.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What of an open conversation is in memory: an unbroken run of entries that ends with the newest. It grows downwards by
 * what comes, and upwards by reading older ones, from the phone first and then from the server.
 */
public final class Run {
    /** So many quoted entries that are not in the run are remembered. */
    private static final int QUOTED_MAX = 200;
    /** So many changes are kept for pages that were read before them and come after. */
    private static final int CHANGES_MAX = 200;

    /** How many have read a message of a group, and of how many. */
    public static final class Count {
        public final int read;
        public final int members;

        Count(int read, int members) {
            this.read = read;
            this.members = members;
        }
    }

    public final long peer;
    /** Ascending. */
    final List<Item> items = new ArrayList<>();
    final Map<Long, Count> counts = new HashMap<>();
    /** Entries that others answer and that are not in the run; {@code null} where there is none to be seen. */
    final Map<Long, Item> quoted = new HashMap<>();
    /** Whether the first page was looked for, on the phone and, if need be, at the server. */
    boolean loaded;
    /** The server is being asked. */
    boolean loading;
    /** The server refused to show it. */
    boolean failed;
    /** There may be older ones. */
    boolean more = true;
    private final List<Amendment> changes = new ArrayList<>();

    Run(long peer) {
        this.peer = peer;
    }

    public List<Item> items() {
        return Collections.unmodifiableList(items);
    }

    public boolean isLoaded() {
        return loaded;
    }

    public boolean isLoading() {
        return loading;
    }

    public boolean isFailed() {
        return failed;
    }

    public boolean hasMore() {
        return more;
    }

    public Count count(long queueId) {
        return counts.get(queueId);
    }

    /** Takes what is older than all there is, descending. */
    void older(List<Item> page) {
        List<Item> fresh = new ArrayList<>();
        long first = oldest();
        for (int i = page.size() - 1; i >= 0; i--) {
            if (first == 0 || page.get(i).queueId() < first) {
                fresh.add(upToDate(page.get(i)));
            }
        }
        items.addAll(0, fresh);
    }

    /** Takes one that was pushed or written. */
    void add(Item item) {
        int at = items.size();
        while (at > 0 && items.get(at - 1).queueId() > item.queueId()) {
            at--;
        }
        if (at > 0 && items.get(at - 1).queueId() == item.queueId()) {
            return;
        }
        items.add(at, upToDate(item));
    }

    /** One of them was changed or taken back. */
    void amend(Amendment amendment) {
        changes.add(amendment);
        if (changes.size() > CHANGES_MAX) {
            changes.remove(0);
        }
        int at = place(amendment.target);
        if (at >= 0) {
            items.set(at, amendment.on(items.get(at)));
        }
        Item quote = quoted.get(amendment.target);
        if (quote != null) {
            quoted.put(amendment.target, amendment.on(quote));
        }
    }

    /** The entry at this place, if it is here. */
    public Item get(long queueId) {
        int at = place(queueId);
        return at >= 0 ? items.get(at) : quoted.get(queueId);
    }

    /** Whether it is known what stands there, be it nothing. */
    boolean knows(long queueId) {
        return place(queueId) >= 0 || quoted.containsKey(queueId) || (loaded && !more && queueId < oldest());
    }

    void quote(long queueId, Item item) {
        if (quoted.size() >= QUOTED_MAX) {
            quoted.clear();
        }
        quoted.put(queueId, item == null ? null : upToDate(item));
    }

    /** 0 when it is empty. */
    long oldest() {
        return items.isEmpty() ? 0 : items.get(0).queueId();
    }

    /** A page after what was heard meanwhile. */
    Item upToDate(Item item) {
        Item now = item;
        for (Amendment change : changes) {
            now = change.on(now);
        }
        return now;
    }

    private int place(long queueId) {
        int low = 0;
        int high = items.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (items.get(middle).queueId() < queueId) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < items.size() && items.get(low).queueId() == queueId ? low : -1;
    }
}
