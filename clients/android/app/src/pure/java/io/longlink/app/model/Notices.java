package io.longlink.app.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What of the news is shown while nobody looks, and how: one notice for each conversation, none for those that are muted
 * or before the person's eyes, and what was taken back disappears. On the desk alone.
 */
public final class Notices {
    private static final int LINES_MAX = 5;

    /** What an entry is in a line, and what a conversation is called. */
    public interface Teller {
        String title(Account account, long peer);

        String line(Account account, long peer, Item item);
    }

    private final NoticeBoard board;
    private final Teller teller;
    /** What is told of, by conversation, and how it is shown. */
    private final Map<Long, List<Item>> shown = new HashMap<>();
    private final Map<Long, NoticeBoard.Notice> notices = new HashMap<>();

    public Notices(NoticeBoard board, Teller teller) {
        this.board = board;
        this.teller = teller;
    }

    void news(Account account, long peer, Item item) {
        if (account == null || account.conversations.getOrEmpty(peer).isMuted()) {
            return;
        }
        List<Item> items = shown.get(peer);
        if (items == null) {
            items = new ArrayList<>();
            shown.put(peer, items);
        }
        items.add(item);
        if (items.size() > LINES_MAX) {
            items.remove(0);
        }
        show(notice(account, peer, items, false));
    }

    void amended(Account account, long peer, Amendment amendment) {
        List<Item> items = shown.get(peer);
        if (account == null || items == null) {
            return;
        }
        boolean moved = false;
        for (int i = items.size() - 1; i >= 0; i--) {
            Item after = amendment.on(items.get(i));
            moved |= after != items.get(i);
            if (after.isSaid()) {
                items.set(i, after);
            } else {
                items.remove(i);
            }
        }
        if (items.isEmpty()) {
            read(peer);
        } else if (moved) {
            show(notice(account, peer, items, true));
        }
    }

    /** Names may have come to be known, or a conversation may have been muted. */
    void changed(Account account) {
        for (Long peer : new ArrayList<>(shown.keySet())) {
            NoticeBoard.Notice before = notices.get(peer);
            NoticeBoard.Notice now = notice(account, peer, shown.get(peer), true);
            if (account.conversations.getOrEmpty(peer).isMuted()) {
                read(peer);
            } else if (!before.title.equals(now.title) || !before.lines.equals(now.lines)) {
                show(now);
            }
        }
    }

    /** The person has seen what there is. */
    public void read(long peer) {
        shown.remove(peer);
        notices.remove(peer);
        board.cancel(peer);
    }

    void cancelAll() {
        shown.clear();
        notices.clear();
        board.cancelAll();
    }

    private void show(NoticeBoard.Notice notice) {
        notices.put(notice.peer, notice);
        board.show(notice);
    }

    private NoticeBoard.Notice notice(Account account, long peer, List<Item> items, boolean quiet) {
        List<String> lines = new ArrayList<>();
        for (Item item : items) {
            lines.add(teller.line(account, peer, item));
        }
        int number = Math.max(items.size(), account.conversations.getOrEmpty(peer).unread());
        long atMs = items.get(items.size() - 1).sentAtMs();
        return new NoticeBoard.Notice(peer, teller.title(account, peer), lines, number, atMs, quiet);
    }
}
