package io.longlink.app.model;

import io.longlink.client.Ended;
import io.longlink.client.Failure;
import io.longlink.client.Listener;
import io.longlink.client.LoggedIn;
import io.longlink.client.Longlink;
import io.longlink.client.Settings;
import io.longlink.client.State;
import io.longlink.v1.Contact;
import io.longlink.v1.ConversationPush;
import io.longlink.v1.EditReply;
import io.longlink.v1.Entry;
import io.longlink.v1.GroupRequestPush;
import io.longlink.v1.PresencePush;
import io.longlink.v1.ReceiptPush;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import io.longlink.v1.TypingPush;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One person on this phone: what comes over the link is put where it belongs and written down, and what the person does is
 * sent. It has no screen; whoever shows it is told that something changed, and reads it here. On the desk alone.
 */
public final class Account extends Listener {
    /** What goes on here and matters elsewhere. */
    public interface Events {
        /** Somebody else's message has come that this person does not see at this moment. */
        void news(long peer, Item item);

        /** An entry that may have been told of was changed, or taken back. */
        void amended(long peer, Amendment amendment);

        /** This person has read the conversation, here or elsewhere. */
        void read(long peer);

        /** The token to log in with next time. */
        void token(String token);

        /** The link has ended for good. */
        void ended(Ended why);
    }

    public final long me;
    public final String name;
    public final People people;
    public final Contacts contacts;
    public final Presence presence;
    public final Groups groups;
    public final Conversations conversations;
    public final Runs runs;
    public final Reading reading;
    public final Typing typing;
    public final Outbox outbox;
    public final OwnProfile profile;

    private final Ask ask = new Ask();
    private final Desk desk;
    private final History history;
    private final Events events;
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private Longlink link;
    private State state;
    private Place place = Place.NOWHERE;
    /** Up to here the log is told from its beginning: nothing of that is news, and the server counts it. */
    private long toldUpTo;
    private boolean told;
    private boolean stopped;
    private boolean telling;

    public Account(long me, String name, Desk desk, History history, Events events) {
        this.me = me;
        this.name = name;
        this.desk = desk;
        this.history = history;
        this.events = events;
        Runnable changed = this::changed;
        Then<Change> keep = this::keep;
        people = new People(ask, desk, keep, changed);
        contacts = new Contacts(ask, people, changed);
        presence = new Presence(ask, contacts, people, changed);
        groups = new Groups(ask, people, changed);
        conversations = new Conversations(ask, desk, people, groups, keep, changed);
        runs = new Runs(ask, history, conversations, keep, changed);
        reading = new Reading(me, ask, desk, conversations, runs, keep, changed);
        typing = new Typing(me, desk, changed);
        outbox = new Outbox(desk, keep, changed);
        profile = new OwnProfile(ask, people, events::token);
        people.onSeen(presence::seen);
        contacts.onMade(presence::refresh);
        runs.onLoaded(reading::came);
    }

    /** Reads what is kept, and connects. */
    public void start(Settings settings) {
        History.Saved saved = history.load();
        place = saved.place;
        runs.at(place);
        people.load(saved.names);
        conversations.load(saved.talks);
        outbox.load(saved.unsent);
        link = Longlink.start(settings, this);
        state = link.state();
        ask.over(link);
        outbox.over(link);
        changed();
    }

    /** Is told, on the desk and once for all that happens in one go, that something changed. */
    public void watch(Runnable watcher) {
        watchers.add(watcher);
    }

    public void unwatch(Runnable watcher) {
        watchers.remove(watcher);
    }

    public Longlink link() {
        return link;
    }

    public State state() {
        return state;
    }

    public boolean isOnline() {
        return state != null && state.kind() == State.Kind.ONLINE;
    }

    public long keptFrom() {
        return place.keptFrom;
    }

    public void open(long peer) {
        runs.open(peer);
        reading.open(peer);
        changed();
    }

    public void close(long peer) {
        runs.close(peer);
        reading.close(peer);
    }

    public void send(long peer, String text, long replyTo, List<Long> mentions) {
        typing.sent();
        outbox.add(peer, text, replyTo, mentions);
    }

    public void type(long peer) {
        typing.say(link, peer);
    }

    public void edit(long peer, Item item, String text, Then<Failure> failed) {
        io.longlink.client.Content content = io.longlink.client.Content.text(text);
        link.edit(peer, item.queueId(), content, Ask.<EditReply>callback(reply -> {
            Entry after = item.entry.toBuilder()
                    .setContent(com.google.protobuf.ByteString.copyFromUtf8(text))
                    .build();
            amend(peer, new Amendment(item.queueId(), reply.getQueueId(), after.getContentType(), after.getContent()));
        }, failed));
    }

    public void recall(long peer, Item item, Then<Failure> failed) {
        link.recall(peer, item.queueId(), Ask.callback(
                reply -> amend(peer, Amendment.recall(item.queueId(), reply.getQueueId())), failed));
    }

    /** Ends it; what is kept stays. Nothing that the link still tells changes anything here. */
    public void stop() {
        stopped = true;
        watchers.clear();
        if (link != null) {
            link.close();
        }
        history.close();
    }

    private void keep(Change change) {
        if (!stopped) {
            history.write(change);
        }
    }

    // What the link tells.

    @Override
    public void onState(State now) {
        if (stopped) {
            return;
        }
        boolean before = isOnline();
        state = now;
        if (before != isOnline()) {
            outOrIn();
        }
        if (now.kind() == State.Kind.ENDED) {
            events.ended(now.ended());
        }
        changed();
    }

    private void outOrIn() {
        runs.setOnline(isOnline());
        reading.setOnline(isOnline());
        if (!isOnline()) {
            presence.unlinked();
        }
    }

    @Override
    public void onLoggedIn(LoggedIn now) {
        if (stopped) {
            return;
        }
        String token = link.token();
        if (token != null) {
            events.token(token);
        }
        boolean first = !now.epoch().equals(place.epoch);
        put(new Place(now.epoch(), first ? now.cursor() : place.since, now.keptFrom()), told);
        toldUpTo = told ? now.head() : 0;
        told = false;
        conversations.refresh();
        groups.refresh();
        contacts.refresh(presence::refresh);
        changed();
    }

    @Override
    public void onStartOver(String epoch) {
        if (stopped) {
            return;
        }
        conversations.startOver();
        runs.startOver();
        groups.startOver();
        contacts.startOver();
        told = true;
        toldUpTo = Long.MAX_VALUE;
        put(new Place(epoch, 0, 0), true);
        changed();
    }

    private void put(Place now, boolean startOver) {
        Change change = new Change();
        change.startOver = startOver;
        change.place = now;
        place = now;
        runs.at(now);
        keep(change);
    }

    @Override
    public void onEntries(List<Entry> entries) {
        if (stopped) {
            return;
        }
        Change change = new Change();
        List<Item> heard = new ArrayList<>();
        for (Entry entry : entries) {
            long peer = Item.peerOf(entry, me);
            Amendment amendment = Amendment.of(entry);
            if (amendment != null) {
                amendInto(change, peer, amendment);
            } else {
                heard.add(take(change, peer, entry));
            }
        }
        keep(change);
        for (Item item : heard) {
            tell(item);
        }
        changed();
    }

    @Override
    public void onSent(SendRequest message, SendReply reply) {
        if (stopped) {
            return;
        }
        Change change = new Change();
        Item item = take(change, message.getTo(), Outbox.entry(me, message, reply));
        keep(change);
        tell(item);
        changed();
    }

    @Override
    public void onSendFailed(SendRequest message, Failure why) {
        outbox.refused(message, why);
    }

    @Override
    public void onReceipt(ReceiptPush receipt) {
        reading.receipt(receipt.getReader(), receipt.getPeer(), receipt.getUpTo(), receipt.getDeliveredUpTo());
        if (receipt.getReader() == me && conversations.getOrEmpty(receipt.getPeer()).unread() == 0) {
            events.read(receipt.getPeer());
        }
    }

    @Override
    public void onTyping(TypingPush push) {
        typing.heard(push.getUser(), push.getPeer());
    }

    @Override
    public void onPresence(PresencePush push) {
        presence.push(push);
    }

    @Override
    public void onContact(Contact contact) {
        contacts.happened(contact);
    }

    @Override
    public void onConversation(ConversationPush push) {
        conversations.happened(push.getPeer(), push.getSettings().getPinned(), push.getSettings().getMuted());
    }

    @Override
    public void onGroupRequest(GroupRequestPush push) {
        groups.asked(push.getGroup(), push.getRequest());
    }

    private Item take(Change change, long peer, Entry entry) {
        Item item = new Item(entry);
        Talk before = conversations.get(peer);
        Talk talk = (before == null ? Talk.empty(peer) : before).fold(item, me);
        if (item.queueId() <= toldUpTo) {
            talk = new Talk(peer, talk.last, Collections.<Talk.News>emptyList(), talk.facts());
        }
        conversations.put(talk);
        change.entry(peer, entry).talk(talk);
        if (item.from() == me && outbox.drop(item.clientMsgId()) != null) {
            change.sent(item.clientMsgId());
        }
        // What of it was unread before, and who it is, the server knows.
        if (before == null || before.last == null) {
            conversations.soon();
        }
        return item;
    }

    /** Everybody who has to know of an entry that is written down now. */
    private void tell(Item item) {
        long peer = Item.peerOf(item.entry, me);
        runs.add(peer, item);
        typing.wrote(item.from(), peer);
        if (item.kind == Item.Kind.EVENT) {
            groups.happened(peer, item.event);
        }
        reading.came(peer);
        boolean isNews = item.from() != me && item.isSaid() && item.queueId() > toldUpTo;
        if (isNews && !reading.sees(peer) && item.queueId() > conversations.getOrEmpty(peer).mark()) {
            events.news(peer, item);
        }
    }

    private void amend(long peer, Amendment amendment) {
        Change change = new Change();
        amendInto(change, peer, amendment);
        keep(change);
        changed();
    }

    private void amendInto(Change change, long peer, Amendment amendment) {
        change.amendments.add(amendment);
        runs.amend(peer, amendment);
        Talk talk = conversations.get(peer);
        Talk after = talk == null ? null : talk.amended(amendment);
        if (after != talk) {
            conversations.put(after);
            change.talk(after);
        }
        events.amended(peer, amendment);
    }

    private void changed() {
        if (!telling) {
            telling = true;
            desk.execute(() -> {
                telling = false;
                for (Runnable watcher : watchers) {
                    watcher.run();
                }
            });
        }
    }
}
