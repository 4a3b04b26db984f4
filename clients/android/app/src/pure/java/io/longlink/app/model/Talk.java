package io.longlink.app.model;

import io.longlink.v1.Conversation;
import io.longlink.v1.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * A conversation as the list shows it: what the server told of it, and what came since, folded in entry by entry. It does
 * not change, and folding an entry in twice changes nothing more.
 */
public final class Talk {
    /** So many that came since are counted one by one. */
    static final int NEWS_MAX = 200;

    /** An unread entry. */
    public static final class News {
        public final long queueId;
        public final boolean mention;

        public News(long queueId, boolean mention) {
            this.queueId = queueId;
            this.mention = mention;
        }
    }

    /** What is counted, remembered and set; a value of its own, so that a change of one field reads as such. */
    public static final class Facts implements Cloneable {
        /** Unread as the server counted, up to {@code countedUpTo}. */
        public int counted;
        public int countedMentions;
        public long countedUpTo;
        /** Up to here this person has read, as far as is known. */
        public long mark;
        /** Up to here the other side has read, and has it on a device. */
        public long theirRead;
        public long theirDelivered;
        public boolean pinned;
        public boolean muted;
        /** From here on all entries are on the phone. 0: from where the phone's log begins. */
        public long knownFrom;
        /** There are none older than those on the phone. */
        public boolean whole;

        Facts copy() {
            try {
                return (Facts) clone();
            } catch (CloneNotSupportedException impossible) {
                throw new AssertionError(impossible);
            }
        }
    }

    public final long peer;
    /** The newest entry; {@code null} when nothing of it is kept. */
    public final Item last;
    /** The unread entries that came behind what was counted, ascending. */
    public final List<News> news;
    private final Facts facts;

    public Talk(long peer, Item last, List<News> news, Facts facts) {
        this.peer = peer;
        this.last = last;
        this.news = Collections.unmodifiableList(news);
        this.facts = facts;
    }

    public static Talk empty(long peer) {
        return new Talk(peer, null, Collections.<News>emptyList(), new Facts());
    }

    /** A copy, to be looked at or changed and given to {@link #with(Facts)}. */
    public Facts facts() {
        return facts.copy();
    }

    public Talk with(Facts changed) {
        return new Talk(peer, last, news, changed.copy());
    }

    public boolean isPinned() {
        return facts.pinned;
    }

    public boolean isMuted() {
        return facts.muted;
    }

    public long mark() {
        return facts.mark;
    }

    public int unread() {
        return facts.counted + news.size();
    }

    public int mentions() {
        int mentions = facts.countedMentions;
        for (News one : news) {
            mentions += one.mention ? 1 : 0;
        }
        return mentions;
    }

    /** With one more entry in it. What tells of a group is not unread (K3). */
    public Talk fold(Item item, long me) {
        Item newest = last != null && last.queueId() >= item.queueId() ? last : item;
        if (item.from() == me && item.kind != Item.Kind.EVENT) {
            // Who writes has read what was there.
            Talk read = read(item.queueId());
            return new Talk(peer, newest, read.news, read.facts);
        }
        if (item.from() == me || !item.isSaid() || isKnown(item.queueId())) {
            return new Talk(peer, newest, news, facts);
        }
        List<News> more = new ArrayList<>(news);
        more.add(new News(item.queueId(), item.mentions(me)));
        Collections.sort(more, new Comparator<News>() {
            @Override
            public int compare(News a, News b) {
                return Long.compare(a.queueId, b.queueId);
            }
        });
        return new Talk(peer, newest, more.size() > NEWS_MAX ? more.subList(1, more.size()) : more, facts);
    }

    /** When it has been read up to there. A mark never goes back (S1). */
    public Talk read(long upTo) {
        if (upTo <= facts.mark) {
            return this;
        }
        Facts now = facts.copy();
        now.mark = upTo;
        // What lies in the midst of what the server counted is for the server to count anew.
        if (upTo >= now.countedUpTo) {
            now.counted = 0;
            now.countedMentions = 0;
        }
        return new Talk(peer, last, newsBehind(upTo), now);
    }

    /** Whether reading up to there leaves a number that only the server knows. */
    public boolean isCountedBehind(long upTo) {
        return upTo < facts.countedUpTo && facts.counted > 0;
    }

    /** As the server tells it, with what came here that it did not have yet. */
    public Talk told(Conversation conversation) {
        Item theirs = conversation.hasLast() ? new Item(conversation.getLast()) : null;
        long upTo = theirs == null ? 0 : theirs.queueId();
        Facts now = facts.copy();
        // Read here further than the server knew: what it counted lies before that.
        boolean read = now.mark >= upTo && now.mark > conversation.getReadUpTo();
        now.counted = read ? 0 : conversation.getUnread();
        now.countedMentions = read ? 0 : conversation.getMentions();
        now.countedUpTo = upTo;
        now.mark = Math.max(now.mark, conversation.getReadUpTo());
        now.pinned = conversation.getSettings().getPinned();
        now.muted = conversation.getSettings().getMuted();
        return new Talk(peer, last != null && last.queueId() > upTo ? last : theirs, newsBehind(upTo), now);
    }

    /** With what was set, here or on another device. */
    public Talk set(boolean pinned, boolean muted) {
        Facts now = facts.copy();
        now.pinned = pinned;
        now.muted = muted;
        return with(now);
    }

    /** When its last entry was changed or taken back. */
    public Talk amended(Amendment amendment) {
        if (last == null) {
            return this;
        }
        Entry after = amendment.on(last.entry);
        return after == last.entry ? this : new Talk(peer, new Item(after), news, facts);
    }

    /** In the order of the list: the pinned ones, then the newest first (K2). */
    public static List<Talk> sorted(Collection<Talk> talks) {
        List<Talk> all = new ArrayList<>(talks);
        Collections.sort(all, new Comparator<Talk>() {
            @Override
            public int compare(Talk a, Talk b) {
                if (a.isPinned() != b.isPinned()) {
                    return a.isPinned() ? -1 : 1;
                }
                return Long.compare(b.place(), a.place());
            }
        });
        return all;
    }

    private long place() {
        return last == null ? 0 : last.queueId();
    }

    private boolean isKnown(long queueId) {
        if (queueId <= facts.mark || queueId <= facts.countedUpTo) {
            return true;
        }
        for (News one : news) {
            if (one.queueId == queueId) {
                return true;
            }
        }
        return false;
    }

    private List<News> newsBehind(long upTo) {
        List<News> rest = new ArrayList<>();
        for (News one : news) {
            if (one.queueId > upTo) {
                rest.add(one);
            }
        }
        return rest;
    }
}
