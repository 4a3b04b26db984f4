package io.longlink.app.model;

import io.longlink.client.Failure;
import io.longlink.client.Requests;
import io.longlink.v1.Conversation;
import io.longlink.v1.ConversationSetRequest;
import io.longlink.v1.ConversationSettings;
import io.longlink.v1.ConversationsRequest;
import io.longlink.v1.Group;
import io.longlink.v1.User;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The list of conversations: as it is kept on the phone, as the server has it (asked for at each login, and whenever
 * something came that only the server can count), and as entries change it. And what a person made of each.
 */
public final class Conversations {
    /** What happens within this time is asked for together. */
    private static final long GATHER_MS = 300;
    private static final int PAGE = 50;

    private final Ask ask;
    private final Desk desk;
    private final People people;
    private final Groups groups;
    private final Then<Change> keep;
    private final Runnable changed;
    private final Map<Long, Talk> talks = new LinkedHashMap<>();
    private boolean more;
    private boolean loading;
    private long next;
    private boolean gathering;
    /** What was set here, counted, so that an answer from before does not undo it. */
    private int sets;

    Conversations(Ask ask, Desk desk, People people, Groups groups, Then<Change> keep, Runnable changed) {
        this.ask = ask;
        this.desk = desk;
        this.people = people;
        this.groups = groups;
        this.keep = keep;
        this.changed = changed;
    }

    void load(List<Talk> kept) {
        for (Talk talk : kept) {
            talks.put(talk.peer, talk);
        }
    }

    /** {@code null} if there is none yet. */
    public Talk get(long peer) {
        return talks.get(peer);
    }

    Talk getOrEmpty(long peer) {
        Talk talk = talks.get(peer);
        return talk == null ? Talk.empty(peer) : talk;
    }

    void put(Talk talk) {
        talks.put(talk.peer, talk);
    }

    /** In the order of the list. */
    public List<Talk> sorted() {
        return Talk.sorted(talks.values());
    }

    /** Unread messages of all conversations that are not muted. */
    public int unread() {
        int all = 0;
        for (Talk talk : talks.values()) {
            all += talk.isMuted() ? 0 : talk.unread();
        }
        return all;
    }

    /** Whether the server has older ones than those that were asked for. */
    public boolean hasMore() {
        return more;
    }

    void startOver() {
        talks.clear();
        more = false;
        next = 0;
    }

    /** The first page: the pinned ones and the latest. */
    void refresh() {
        int before = sets;
        ConversationsRequest request = ConversationsRequest.newBuilder().setLimit(PAGE).build();
        ask.again(Requests.CONVERSATIONS, request, reply -> {
            if (before != sets) {
                soon();
                return;
            }
            // What was read on below it stays read.
            if (next == 0 || reply.getNext() > next || !reply.getMore()) {
                more = reply.getMore();
                next = reply.getNext();
            }
            take(reply.getConversationsList());
        }, null);
    }

    /** The same in a moment, once for all that happens until then. */
    void soon() {
        if (!gathering) {
            gathering = true;
            desk.after(GATHER_MS, () -> {
                gathering = false;
                refresh();
            });
        }
    }

    /** The next page. */
    public void older() {
        if (!more || loading) {
            return;
        }
        loading = true;
        ConversationsRequest request = ConversationsRequest.newBuilder().setBefore(next).setLimit(PAGE).build();
        ask.again(Requests.CONVERSATIONS, request, reply -> {
            loading = false;
            more = reply.getMore();
            next = reply.getNext();
            take(reply.getConversationsList());
        }, why -> loading = false);
    }

    /** Pins or mutes, for oneself. */
    public void set(long peer, boolean pinned, boolean muted, Then<Failure> failed) {
        sets++;
        ConversationSettings settings = ConversationSettings.newBuilder().setPinned(pinned).setMuted(muted).build();
        ConversationSetRequest request =
                ConversationSetRequest.newBuilder().setPeer(peer).setSettings(settings).build();
        ask.again(Requests.CONVERSATION_SET, request, reply -> happened(peer, pinned, muted), failed);
    }

    /** It was set, here or on another device. */
    void happened(long peer, boolean pinned, boolean muted) {
        sets++;
        Talk talk = getOrEmpty(peer).set(pinned, muted);
        put(talk);
        keep.take(new Change().talk(talk));
        changed.run();
    }

    private void take(List<Conversation> conversations) {
        Change change = new Change();
        List<User> users = new ArrayList<>();
        List<Group> told = new ArrayList<>();
        for (Conversation conversation : conversations) {
            Talk talk = getOrEmpty(conversation.getPeer()).told(conversation);
            put(talk);
            change.talk(talk);
            if (conversation.hasUser()) {
                users.add(conversation.getUser());
            } else if (conversation.hasGroup()) {
                told.add(conversation.getGroup());
            }
        }
        people.take(users);
        groups.take(told);
        keep.take(change);
        changed.run();
    }
}
