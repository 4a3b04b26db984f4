package io.longlink.app.show;

import io.longlink.app.model.Account;
import io.longlink.app.model.Hub;
import io.longlink.app.model.Item;
import io.longlink.app.model.Talk;
import io.longlink.app.model.Unsent;
import io.longlink.client.State;
import io.longlink.v1.ContactState;
import io.longlink.v1.Entry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The first screen of who is logged in: their conversations. */
public final class ListPresenter extends Presenter<ListState> {
    private static final int UNREAD_SHOWN = 99;

    public ListPresenter(Hub hub, Names names) {
        super(hub, names);
    }

    /** Reads on below. */
    public void older() {
        with(account -> account.conversations.older());
    }

    /** Pins or unpins. */
    public void pin(long peer, boolean pinned) {
        with(account -> account.conversations.set(
                peer, pinned, isMuted(account, peer), complain("")));
    }

    /** Mutes or ends that. */
    public void mute(long peer, boolean muted) {
        with(account -> account.conversations.set(peer, isPinned(account, peer), muted, complain("")));
    }

    /** The banner was tapped: try at once. */
    public void retry() {
        with(account -> retry(hub, account));
    }

    static void retry(Hub hub, Account account) {
        if (account.state().kind() == State.Kind.ENDED) {
            hub.again();
        } else {
            // Who looks at the app waits for no pause.
            account.link().setForeground(true);
        }
    }

    static boolean isMuted(Account account, long peer) {
        Talk talk = account.conversations.get(peer);
        return talk != null && talk.isMuted();
    }

    static boolean isPinned(Account account, long peer) {
        Talk talk = account.conversations.get(peer);
        return talk != null && talk.isPinned();
    }

    @Override
    protected void accountMoved() {
        if (hub.account() == null) {
            leave();
        }
    }

    @Override
    protected ListState state() {
        Account account = hub.account();
        if (account == null) {
            leave();
            return null;
        }
        List<ListState.Row> rows = new ArrayList<>();
        Set<Long> shown = new HashSet<>();
        for (Talk talk : account.conversations.sorted()) {
            boolean unsent = !account.outbox.of(talk.peer).isEmpty();
            if (talk.last != null || talk.isPinned() || unsent) {
                rows.add(row(account, talk));
                shown.add(talk.peer);
            }
        }
        // Written to somebody to whom nothing was said before, and not sent yet.
        for (Unsent one : account.outbox.all()) {
            if (shown.add(one.peer())) {
                rows.add(0, row(account, Talk.empty(one.peer())));
            }
        }
        int asking = account.contacts.in(ContactState.CONTACT_STATE_ASKS).size();
        return new ListState(
                rows,
                account.conversations.hasMore(),
                Banner.of(words, hub),
                asking == 0 ? "" : words.count("contact_asking", asking),
                words.get("list_empty"));
    }

    private ListState.Row row(Account account, Talk talk) {
        long peer = talk.peer;
        List<Unsent> unsent = account.outbox.of(peer);
        Unsent newest = unsent.isEmpty() ? null : unsent.get(unsent.size() - 1);
        boolean failed = false;
        for (Unsent one : unsent) {
            failed |= !one.waits();
        }
        boolean typing = !account.typing.in(peer).isEmpty();
        String preview = "";
        long atMs = 0;
        if (newest != null) {
            preview = words.get("list_you", "text", names.content(item(account.me, newest)));
            atMs = newest.writtenAtMs;
        } else if (talk.last != null) {
            preview = names.preview(account, peer, talk.last);
            atMs = talk.last.sentAtMs();
        }
        int unread = talk.unread();
        boolean mentioned = talk.mentions() > 0;
        String said = unread == 0 ? "" : words.count("unread", unread);
        return new ListState.Row(
                peer,
                Face.of(names, account, peer),
                names.peer(account, peer),
                typing ? words.get("talk_typingShort") : preview,
                atMs == 0 ? "" : names.times.brief(atMs, hub.desk.nowMs()),
                unread == 0 ? "" : unread > UNREAD_SHOWN ? UNREAD_SHOWN + "+" : String.valueOf(unread),
                mentioned ? said + ", " + words.get("list_mentioned") : said,
                mentioned,
                talk.isPinned(),
                talk.isMuted(),
                failed,
                typing);
    }

    /** What is not sent yet, as if it were. */
    static Item item(long me, Unsent unsent) {
        return new Item(Entry.newBuilder()
                .setFrom(me)
                .setTo(unsent.peer())
                .setClientMsgId(unsent.clientMsgId())
                .setContentType(unsent.message.getContentType())
                .setContent(unsent.message.getContent())
                .setSentAtMs(unsent.writtenAtMs)
                .setReplyTo(unsent.message.getReplyTo())
                .addAllMentions(unsent.message.getMentionsList())
                .build());
    }
}
