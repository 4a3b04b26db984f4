package io.longlink.app.model;

import io.longlink.client.Requests;
import io.longlink.v1.Code;
import io.longlink.v1.Entry;
import io.longlink.v1.HistoryRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The conversations that are open, each with its run of entries. What is older than the run is read from the phone, and
 * what is older than the phone's part from the server, and then kept.
 *
 * <p>The phone's part of a conversation has no holes: what is behind {@link Place#since} comes by itself, and pages of
 * history join it from below.
 */
public final class Runs {
    private static final int PAGE = 50;

    private final Ask ask;
    private final History history;
    private final Conversations conversations;
    private final Then<Change> keep;
    private final Runnable changed;
    private Then<Long> loaded = peer -> {};
    private final Map<Long, Run> open = new HashMap<>();
    private final Set<Long> asked = new HashSet<>();
    private Place place = Place.NOWHERE;
    private boolean online;

    Runs(Ask ask, History history, Conversations conversations, Then<Change> keep, Runnable changed) {
        this.ask = ask;
        this.history = history;
        this.conversations = conversations;
        this.keep = keep;
        this.changed = changed;
    }

    /** Who wants to know that there is something to be seen in an open conversation. */
    void onLoaded(Then<Long> loaded) {
        this.loaded = loaded;
    }

    /** Where the phone's part of the log begins. */
    void at(Place place) {
        this.place = place;
    }

    /** {@code null} when it is not open. */
    public Run get(long peer) {
        return open.get(peer);
    }

    Run open(long peer) {
        Run run = new Run(peer);
        open.put(peer, run);
        older(run);
        return run;
    }

    void close(long peer) {
        open.remove(peer);
    }

    void setOnline(boolean online) {
        this.online = online;
        if (!online) {
            return;
        }
        asked.clear();
        for (Run run : open.values()) {
            if (!run.loaded || (run.more && run.items.size() < PAGE)) {
                older(run);
            }
        }
    }

    /** The runs are void: another log. */
    void startOver() {
        for (Long peer : new ArrayList<>(open.keySet())) {
            open.put(peer, new Run(peer));
        }
    }

    void add(long peer, Item item) {
        Run run = open.get(peer);
        if (run != null) {
            run.add(item);
        }
    }

    void amend(long peer, Amendment amendment) {
        Run run = open.get(peer);
        if (run != null) {
            run.amend(amendment);
        }
    }

    /** Reads a page above what there is. */
    public void older(Run run) {
        if (run.loading || !run.more) {
            return;
        }
        List<Entry> page = history.page(run.peer, run.oldest(), PAGE);
        if (!page.isEmpty()) {
            run.older(items(page));
        }
        boolean whole = conversations.getOrEmpty(run.peer).facts().whole;
        if (page.size() == PAGE) {
            run.loaded = true;
        } else if (whole) {
            run.loaded = true;
            run.more = false;
        } else {
            // What is on the phone is shown at once, also where the server cannot be asked.
            run.loaded = !page.isEmpty() || run.loaded;
            if (online) {
                askOlder(run);
            }
        }
        changed.run();
    }

    private void askOlder(Run run) {
        run.loading = true;
        run.failed = false;
        long known = conversations.getOrEmpty(run.peer).facts().knownFrom;
        long before = known == 0 ? place.since + 1 : known;
        String epoch = place.epoch;
        HistoryRequest.Builder request = HistoryRequest.newBuilder();
        request.setPeer(run.peer).setBefore(before).setLimit(PAGE);
        ask.again(Requests.HISTORY, request.build(), reply -> {
            run.loading = false;
            if (!epoch.equals(place.epoch) || open.get(run.peer) != run) {
                return;
            }
            run.loaded = true;
            run.more = reply.getMore();
            take(run, before, reply.getEntriesList(), reply.getMore());
            loaded.take(run.peer);
            changed.run();
        }, why -> {
            run.loading = false;
            run.failed = why.is(Code.CODE_NOT_FOUND) || why.is(Code.CODE_NOT_ALLOWED);
            changed.run();
        });
    }

    private void take(Run run, long before, List<Entry> page, boolean more) {
        Change change = new Change();
        long oldest = before;
        List<Item> items = new ArrayList<>();
        for (Entry entry : page) {
            // A change that was heard while the page was on its way is newer than the page.
            Item item = run.upToDate(new Item(entry));
            items.add(item);
            change.entry(run.peer, item.entry);
            oldest = Math.min(oldest, entry.getQueueId());
        }
        run.older(items);
        Talk.Facts facts = conversations.getOrEmpty(run.peer).facts();
        facts.knownFrom = oldest;
        facts.whole = !more;
        // One that is looked at and was never spoken in is no conversation yet.
        if (conversations.get(run.peer) != null || !page.isEmpty()) {
            Talk talk = conversations.getOrEmpty(run.peer).with(facts);
            conversations.put(talk);
            change.talk(talk);
        }
        keep.take(change);
    }

    /** What another entry answers, if it is known; with {@code false} as answer it is being asked for. */
    public boolean isKnown(Run run, long queueId) {
        if (run.knows(queueId)) {
            return true;
        }
        Entry kept = history.find(run.peer, queueId);
        if (kept != null) {
            run.quote(queueId, new Item(kept));
            return true;
        }
        if (online && asked.add(queueId)) {
            askQuoted(run, queueId);
        }
        return false;
    }

    private void askQuoted(Run run, long queueId) {
        HistoryRequest.Builder request = HistoryRequest.newBuilder();
        request.setPeer(run.peer).setBefore(queueId + 1).setLimit(1);
        ask.again(Requests.HISTORY, request.build(), reply -> {
            Item found = null;
            for (Entry entry : reply.getEntriesList()) {
                found = entry.getQueueId() == queueId ? new Item(entry) : found;
            }
            run.quote(queueId, found);
            changed.run();
        }, null);
    }

    private static List<Item> items(List<Entry> entries) {
        List<Item> items = new ArrayList<>();
        for (Entry entry : entries) {
            items.add(new Item(entry));
        }
        return items;
    }
}
