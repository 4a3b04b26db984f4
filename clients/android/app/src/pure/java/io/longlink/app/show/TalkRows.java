package io.longlink.app.show;

import io.longlink.app.model.Account;
import io.longlink.app.model.Item;
import io.longlink.app.model.Run;
import io.longlink.app.model.Talk;
import io.longlink.app.model.Unsent;
import io.longlink.app.words.Times;
import io.longlink.v1.Group;
import java.util.ArrayList;
import java.util.List;

/** The lines of a conversation: messages by day and by writer, what stands between them, and what is not sent yet. */
final class TalkRows {
    /** Messages of one person that are nearer than this stand together. */
    private static final long TOGETHER_MS = 5 * 60_000;

    private final Names names;
    private final Account account;
    private final Changing changing;
    private final long peer;
    private final Run run;
    /** Up to here the person had read when they opened it. -1: nothing of it was new. */
    private final long readUpTo;
    private final long nowMs;
    private final List<TalkRow> rows = new ArrayList<>();
    private TalkRow.Message before;
    private long beforeAtMs;
    private long lastAtMs;

    TalkRows(Names names, Account account, Changing changing, Run run, long readUpTo, long nowMs) {
        this.names = names;
        this.account = account;
        this.changing = changing;
        this.peer = run.peer;
        this.run = run;
        this.readUpTo = readUpTo;
        this.nowMs = nowMs;
    }

    List<TalkRow> make() {
        List<Unsent> unsent = account.outbox.of(peer);
        top(unsent.isEmpty());
        boolean marked = readUpTo < 0;
        Item previous = null;
        for (Item item : run.items()) {
            gap(previous, item);
            previous = item;
            day(item.sentAtMs());
            if (!marked && item.queueId() > readUpTo && item.from() != account.me && item.isSaid()) {
                marked = true;
                separate(new TalkRow(TalkRow.Kind.NEW, "new", names.words.get("talk_new")));
            }
            if (item.kind == Item.Kind.EVENT) {
                separate(new TalkRow(TalkRow.Kind.EVENT, "e" + item.queueId(), names.event(account, item)));
            } else {
                message(item, null);
            }
        }
        for (Unsent one : unsent) {
            day(one.writtenAtMs);
            message(ListPresenter.item(account.me, one), one);
        }
        return rows;
    }

    /** What stands above the oldest message: that there are more, that there are none, or nothing at all. */
    private void top(boolean nothingUnsent) {
        String text;
        if (run.isFailed()) {
            text = names.words.get("talk_refused");
        } else if (!run.isLoaded()) {
            text = names.words.get(account.isOnline() || run.isLoading() ? "talk_loading" : "talk_offline");
        } else if (run.hasMore()) {
            text = names.words.get(account.isOnline() ? "talk_older" : "talk_olderOffline");
        } else if (run.items().isEmpty() && nothingUnsent) {
            text = names.words.get("talk_empty") + "\n"
                    + (peer == Item.EVERYONE
                            ? names.words.get("peer_everyoneHint")
                            : names.words.get("talk_emptyHint", "name", names.peer(account, peer)));
        } else {
            text = names.words.get(isCut() ? "talk_gap" : "talk_begin");
        }
        rows.add(new TalkRow(TalkRow.Kind.TOP, "top", text));
    }

    /** Whether something older may have been there that the log no longer keeps. */
    private boolean isCut() {
        long keptFrom = account.keptFrom();
        boolean reaches = !run.items().isEmpty() && run.items().get(0).queueId() < keptFrom;
        Group group = account.groups.get(peer);
        boolean joinedLater = group != null && group.getJoinedAt() >= keptFrom;
        return keptFrom > 1 && !reaches && !joinedLater && account.conversations.get(peer) != null;
    }

    private void gap(Item previous, Item item) {
        long keptFrom = account.keptFrom();
        if (previous != null && previous.queueId() < keptFrom && item.queueId() >= keptFrom) {
            separate(new TalkRow(TalkRow.Kind.GAP, "gap", names.words.get("talk_gap")));
        }
    }

    private void day(long atMs) {
        if (beforeAtMs == 0 || !Times.isSameDay(beforeAtMs, atMs)) {
            separate(new TalkRow(TalkRow.Kind.DAY, "d" + atMs / 86_400_000, names.times.day(atMs, nowMs)));
        }
        beforeAtMs = atMs;
    }

    private void separate(TalkRow row) {
        rows.add(row);
        before = null;
    }

    private void message(Item item, Unsent unsent) {
        boolean mine = item.from() == account.me;
        TalkRow.Message shown = new TalkRow.Message();
        shown.queueId = item.queueId();
        shown.clientMsgId = item.clientMsgId();
        shown.from = item.from();
        shown.time = names.times.clock(item.sentAtMs());
        shown.edited = item.isEdited();
        shown.recalled = item.kind == Item.Kind.RECALLED;
        shown.toMe = item.mentions(account.me);
        shown.mentioned = Mentions.shown(names, account, item);
        boolean joins = before != null && before.from == item.from() && item.sentAtMs() - lastAtMs <= TOGETHER_MS;
        lastAtMs = item.sentAtMs();
        shown.first = !joins;
        shown.last = true;
        shown.several = peer <= 0 && !mine;
        if (joins) {
            before.last = false;
            before.face = null;
        }
        before = shown;
        if (shown.several) {
            shown.author = shown.first ? names.user(account, item.from()) : "";
            shown.face = Face.of(names, account, item.from());
        }
        quote(item, shown);
        if (item.media != null) {
            shown.media = item.media.getName();
            shown.preview = item.kind == Item.Kind.PICTURE ? item.media.getPreview().toByteArray() : null;
        }
        state(item, unsent, shown);
        boolean inLog = item.queueId() > 0 && !shown.recalled;
        shown.mayReply = inLog && !account.groups.isLeft(peer);
        shown.mayEdit = inLog && changing.mayEdit(account, item, nowMs);
        shown.mayRecall = inLog && changing.mayRecall(account, peer, item, nowMs);
        shown.recallsOther = !mine;
        // One's own keeps its key when it comes back from the server, so that it stays where it is.
        String key = mine ? "m" + item.clientMsgId() : "q" + item.queueId();
        rows.add(new TalkRow(mine ? TalkRow.Kind.MINE : TalkRow.Kind.THEIRS, key, text(item), shown));
    }

    private String text(Item item) {
        switch (item.kind) {
            case RECALLED:
                // In a group an admin may have done it.
                boolean byMe = item.from() == account.me && peer >= 0;
                return names.words.get(byMe ? "talk_recalledByYou" : "talk_recalled");
            case OTHER:
                return names.words.get("talk_unknownType", "type", item.entry.getContentType());
            default:
                return item.text;
        }
    }

    private void quote(Item item, TalkRow.Message shown) {
        if (item.replyTo() <= 0 || item.kind == Item.Kind.RECALLED) {
            return;
        }
        if (!account.runs.isKnown(run, item.replyTo())) {
            shown.quoteText = "…";
            return;
        }
        Item quoted = run.get(item.replyTo());
        shown.quoteText = quoted == null ? names.words.get("talk_quoteGone") : names.content(quoted);
        if (quoted != null) {
            boolean own = quoted.from() == account.me;
            shown.quoteAuthor = own ? names.words.get("talk_you") : names.user(account, quoted.from());
        }
    }

    private void state(Item item, Unsent unsent, TalkRow.Message shown) {
        if (item.from() != account.me || shown.recalled) {
            return;
        }
        if (unsent != null) {
            shown.state = unsent.waits() ? TalkRow.State.WAITING : TalkRow.State.FAILED;
            shown.problem = unsent.waits() ? "" : Fails.code(names.words, unsent.refused, "send");
        } else if (peer < 0) {
            Run.Count count = run.count(item.queueId());
            shown.readers = count == null ? 0 : count.read;
            shown.state = shown.readers > 0 ? TalkRow.State.READ : TalkRow.State.KEPT;
        } else {
            Talk talk = account.conversations.get(peer);
            Talk.Facts facts = talk == null || peer == account.me ? new Talk.Facts() : talk.facts();
            shown.state = facts.theirRead >= item.queueId()
                    ? TalkRow.State.READ
                    : facts.theirDelivered >= item.queueId() ? TalkRow.State.DELIVERED : TalkRow.State.KEPT;
        }
        String name = "state_" + shown.state.name().toLowerCase(java.util.Locale.ROOT);
        shown.stateSaid = shown.readers > 0 ? names.words.count("readBy", shown.readers) : names.words.get(name);
    }
}
