package io.longlink.app.show;

import io.longlink.app.model.Account;
import io.longlink.app.model.Groups;
import io.longlink.app.model.Hub;
import io.longlink.app.model.Item;
import io.longlink.app.model.Named;
import io.longlink.app.model.Run;
import io.longlink.app.model.Talk;
import io.longlink.app.model.Then;
import io.longlink.v1.Group;
import java.util.ArrayList;
import java.util.List;

/** A conversation with somebody, a group or everyone. */
public final class TalkPresenter extends Presenter<TalkState> {
    private final long peer;
    private final Changing changing = new Changing();
    private long readUpTo = -1;
    private long replyTo;
    private Item editing;
    private String draft = "";
    private int draftNumber;

    public TalkPresenter(Hub hub, Names names, long peer) {
        super(hub, names);
        this.peer = peer;
    }

    /** Whether its end is before the person's eyes. */
    public void look(boolean looking) {
        with(account -> {
            account.reading.look(looking);
            if (looking) {
                hub.notices().read(peer);
            }
        });
    }

    /** The person scrolled up. */
    public void older() {
        with(account -> {
            Run run = account.runs.get(peer);
            if (run != null) {
                account.runs.older(run);
            }
        });
    }

    /** A letter was typed. */
    public void type() {
        with(account -> account.type(peer));
    }

    /** Sends what was written, or changes what is being edited. */
    public void send(String text) {
        with(account -> {
            if (text.trim().isEmpty()) {
                return;
            }
            Item changed = editing;
            if (changed != null) {
                account.edit(peer, changed, text, why -> {
                    changing.editFailed(why, changed, hub.desk.nowMs());
                    say(Fails.text(words, why, "edit"));
                    draw();
                });
            } else {
                account.send(peer, text, replyTo, Mentions.in(names, account, peer, text));
                // Who answers has seen what there is.
                readUpTo = -1;
            }
            compose("");
        });
    }

    /** Answers this one. */
    public void reply(long queueId) {
        with(account -> {
            replyTo = queueId;
            editing = null;
            draw();
        });
    }

    /** Changes this one. */
    public void edit(long queueId) {
        with(account -> {
            editing = item(account, queueId);
            replyTo = 0;
            if (editing != null) {
                draft = editing.text;
                draftNumber++;
            }
            draw();
        });
    }

    /** Neither answers nor changes anything. */
    public void composeFresh() {
        with(account -> compose(""));
    }

    private void compose(String text) {
        if (editing != null) {
            draft = text;
            draftNumber++;
        }
        editing = null;
        replyTo = 0;
        draw();
    }

    public void recall(long queueId) {
        with(account -> {
            Item item = item(account, queueId);
            if (item != null) {
                account.recall(peer, item, why -> {
                    changing.recallFailed(why, item, hub.desk.nowMs());
                    say(Fails.text(words, why, "edit"));
                    draw();
                });
            }
        });
    }

    /** Sends once more what was refused. */
    public void retry(String clientMsgId) {
        with(account -> account.outbox.retry(clientMsgId));
    }

    public void discard(String clientMsgId) {
        with(account -> account.outbox.discard(clientMsgId));
    }

    /** Who has read a message of a group, in words. */
    public void readers(long queueId) {
        with(account -> account.reading.readersOf(peer, queueId, reply -> {
            List<String> who = new ArrayList<>();
            for (long user : reply.getReadersList()) {
                who.add(names.user(account, user));
            }
            int read = reply.getCountsCount() == 0 ? who.size() : reply.getCounts(0).getRead();
            int members = reply.getCountsCount() == 0 ? who.size() : reply.getCounts(0).getMembers();
            String all = joined(who);
            say(words.count("act_readOf", read, "members", members) + (all.isEmpty() ? "" : "\n" + all));
        }, complain("")));
    }

    /** Names for what is being typed behind an @. */
    public void offer(String prefix, Then<List<String>> offered) {
        with(account -> offered.take(Mentions.offered(names, account, peer, prefix)));
    }

    public void pin(boolean pinned) {
        with(account -> account.conversations.set(
                peer, pinned, ListPresenter.isMuted(account, peer), complain("")));
    }

    public void mute(boolean muted) {
        with(account -> account.conversations.set(
                peer, ListPresenter.isPinned(account, peer), muted, complain("")));
    }

    /** The banner was tapped. */
    public void retryLink() {
        with(account -> ListPresenter.retry(hub, account));
    }

    @Override
    protected void opened() {
        with(account -> {
            Talk talk = account.conversations.get(peer);
            readUpTo = talk != null && talk.unread() > 0 ? talk.mark() : -1;
            account.open(peer);
            if (peer < 0) {
                // So that who is named can be told from the first letter on.
                account.groups.members.of(peer);
            }
        });
    }

    @Override
    protected void closed() {
        if (hub.account() != null) {
            hub.account().close(peer);
        }
    }

    @Override
    protected void accountMoved() {
        if (hub.account() == null) {
            leave();
        } else {
            hub.account().open(peer);
        }
    }

    @Override
    protected TalkState state() {
        Account account = hub.account();
        Run run = account == null ? null : account.runs.get(peer);
        if (run == null) {
            return null;
        }
        List<TalkRow> rows =
                new TalkRows(names, account, changing, run, readUpTo, hub.desk.nowMs()).make();
        return new TalkState(
                names.peer(account, peer),
                about(account),
                Face.of(names, account, peer),
                Banner.of(words, hub),
                rows,
                run.hasMore(),
                silence(account),
                composing(account),
                ListPresenter.isPinned(account, peer),
                ListPresenter.isMuted(account, peer),
                peer < 0);
    }

    private String about(Account account) {
        List<Long> typing = account.typing.in(peer);
        if (typing.size() == 1) {
            return words.get("talk_typing1", "a", names.user(account, typing.get(0)));
        }
        if (typing.size() == 2) {
            return words.get(
                    "talk_typing2", "a", names.user(account, typing.get(0)), "b", names.user(account, typing.get(1)));
        }
        if (typing.size() > 2) {
            return words.get("talk_typingMany");
        }
        if (peer == Item.EVERYONE) {
            return words.get("peer_everyoneHint");
        }
        if (peer > 0) {
            return names.presence(account, peer, hub.desk.nowMs());
        }
        Group group = account.groups.get(peer);
        return group == null ? "" : words.count("members", group.getMemberCount());
    }

    /** Why this person cannot write here now. */
    private String silence(Account account) {
        if (peer >= 0) {
            Named known = peer > 0 ? account.people.get(peer) : null;
            return known != null && known.deleted ? words.get("talk_deleted") : "";
        }
        if (account.groups.isLeft(peer)) {
            return words.get("group_left");
        }
        Group group = account.groups.get(peer);
        if (group == null) {
            return "";
        }
        long until = group.getMutedUntilMs();
        if (until == Groups.FOR_GOOD) {
            return words.get("talk_mutedForGood");
        }
        if (until > hub.desk.nowMs()) {
            return words.get("talk_muted", "time", names.times.full(until));
        }
        boolean admins = group.getRules().getOnlyAdminsWrite() && !account.groups.isAdmin(peer);
        return admins ? words.get("talk_onlyAdmins") : "";
    }

    private TalkState.Composing composing(Account account) {
        if (editing != null) {
            return new TalkState.Composing(words.get("talk_editing"), names.content(editing), draft, draftNumber);
        }
        Item answered = replyTo == 0 ? null : item(account, replyTo);
        if (answered == null) {
            return new TalkState.Composing("", "", draft, draftNumber);
        }
        boolean own = answered.from() == account.me;
        String who = own ? words.get("talk_you") : names.user(account, answered.from());
        String title = words.get("talk_replying", "name", who);
        return new TalkState.Composing(title, names.content(answered), draft, draftNumber);
    }

    private Item item(Account account, long queueId) {
        Run run = account.runs.get(peer);
        return run == null ? null : run.get(queueId);
    }

    private static String joined(List<String> names) {
        StringBuilder all = new StringBuilder();
        for (String name : names) {
            all.append(all.length() == 0 ? "" : ", ").append(name);
        }
        return all.toString();
    }
}
