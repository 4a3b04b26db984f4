package io.longlink.app.model;

import io.longlink.client.Failure;
import io.longlink.client.Requests;
import io.longlink.v1.BlockListRequest;
import io.longlink.v1.BlockRequest;
import io.longlink.v1.Contact;
import io.longlink.v1.ContactAnswerRequest;
import io.longlink.v1.ContactListRequest;
import io.longlink.v1.ContactRemoveRequest;
import io.longlink.v1.ContactSetRequest;
import io.longlink.v1.ContactState;
import io.longlink.v1.User;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The contacts of this person: who is one, who asks, who was asked, and whom they have blocked (U9 to U17). */
public final class Contacts {
    private static final int PAGE = 500;
    /** More than any server's default lets one have. */
    private static final int PAGES_MAX = 20;

    private final Ask ask;
    private final People people;
    private final Runnable changed;
    private final Map<Long, Contact> all = new TreeMap<>();
    private final Set<Long> blocked = new HashSet<>();
    private Runnable made = () -> {};

    Contacts(Ask ask, People people, Runnable changed) {
        this.ask = ask;
        this.people = people;
        this.changed = changed;
    }

    /** Who wants to know when somebody has become a contact. */
    void onMade(Runnable made) {
        this.made = made;
    }

    /** {@code null} when they are nothing to one another. */
    public Contact get(long user) {
        return all.get(user);
    }

    public boolean is(long user) {
        Contact contact = all.get(user);
        return contact != null && contact.getState() == ContactState.CONTACT_STATE_CONTACT;
    }

    public List<Contact> in(ContactState state) {
        List<Contact> some = new ArrayList<>();
        for (Contact contact : all.values()) {
            if (contact.getState() == state) {
                some.add(contact);
            }
        }
        return some;
    }

    public boolean isBlocked(long user) {
        return blocked.contains(user);
    }

    public Set<Long> blocked() {
        return Collections.unmodifiableSet(blocked);
    }

    void startOver() {
        all.clear();
        blocked.clear();
    }

    /** Reads all of them, and who is blocked; then this is done. */
    void refresh(Runnable then) {
        read(0, new HashMap<>(), PAGES_MAX, then);
        readBlocks(0, new HashSet<>(), PAGES_MAX);
    }

    private void read(long after, Map<Long, Contact> so, int pages, Runnable then) {
        ContactListRequest request = ContactListRequest.newBuilder().setAfter(after).setLimit(PAGE).build();
        ask.again(Requests.CONTACT_LIST, request, reply -> {
            List<User> users = new ArrayList<>();
            for (Contact contact : reply.getContactsList()) {
                so.put(contact.getUser().getId(), contact);
                users.add(contact.getUser());
            }
            people.take(users);
            if (reply.getMore() && !users.isEmpty() && pages > 1) {
                read(users.get(users.size() - 1).getId(), so, pages - 1, then);
                return;
            }
            all.clear();
            all.putAll(so);
            aliases();
            changed.run();
            then.run();
        }, null);
    }

    private void readBlocks(long after, Set<Long> so, int pages) {
        BlockListRequest request = BlockListRequest.newBuilder().setAfter(after).build();
        ask.again(Requests.BLOCK_LIST, request, reply -> {
            people.take(reply.getUsersList());
            long last = after;
            for (User user : reply.getUsersList()) {
                so.add(user.getId());
                last = user.getId();
            }
            if (reply.getMore() && last > after && pages > 1) {
                readBlocks(last, so, pages - 1);
                return;
            }
            blocked.clear();
            blocked.addAll(so);
            changed.run();
        }, null);
    }

    /** As it is now, told by a reply or a push. */
    void happened(Contact contact) {
        if (!contact.hasUser()) {
            return;
        }
        long user = contact.getUser().getId();
        boolean before = is(user);
        people.take(Collections.singletonList(contact.getUser()));
        if (contact.getState() == ContactState.CONTACT_STATE_NONE) {
            all.remove(user);
        } else {
            all.put(user, contact);
        }
        aliases();
        changed.run();
        if (!before && is(user)) {
            made.run();
        }
    }

    /** Asks somebody to be a contact. */
    public void invite(long user, String greeting, Runnable done, Then<Failure> failed) {
        Contact known = all.get(user);
        ContactSetRequest.Builder request = ContactSetRequest.newBuilder().setUser(user).setGreeting(greeting);
        if (known != null) {
            request.setAlias(known.getAlias()).setRemark(known.getRemark());
        }
        set(request, done, failed);
    }

    /** What one calls a contact, and what one notes of them. */
    public void note(long user, String alias, String remark, Runnable done, Then<Failure> failed) {
        set(ContactSetRequest.newBuilder().setUser(user).setAlias(alias).setRemark(remark), done, failed);
    }

    private void set(ContactSetRequest.Builder request, Runnable done, Then<Failure> failed) {
        ask.again(Requests.CONTACT_SET, request.build(), reply -> {
            happened(reply.getContact());
            done.run();
        }, failed);
    }

    public void answer(long user, boolean accept, Runnable done, Then<Failure> failed) {
        ContactAnswerRequest request = ContactAnswerRequest.newBuilder().setUser(user).setAccept(accept).build();
        ask.again(Requests.CONTACT_ANSWER, request, reply -> {
            if (!accept) {
                all.remove(user);
            }
            happened(reply.getContact());
            changed.run();
            done.run();
        }, failed);
    }

    /** Ends being contacts, or takes back having asked. */
    public void remove(long user, Runnable done, Then<Failure> failed) {
        ContactRemoveRequest request = ContactRemoveRequest.newBuilder().setUser(user).build();
        ask.again(Requests.CONTACT_REMOVE, request, reply -> {
            all.remove(user);
            aliases();
            changed.run();
            done.run();
        }, failed);
    }

    public void block(long user, boolean block, Runnable done, Then<Failure> failed) {
        BlockRequest request = BlockRequest.newBuilder().setUser(user).setBlocked(block).build();
        ask.again(Requests.BLOCK, request, reply -> {
            if (block) {
                blocked.add(user);
            } else {
                blocked.remove(user);
            }
            // What blocking did to being contacts is the server's to tell.
            refresh(() -> {});
            changed.run();
            done.run();
        }, failed);
    }

    private void aliases() {
        Map<Long, String> aliases = new HashMap<>();
        for (Contact contact : all.values()) {
            if (!contact.getAlias().isEmpty()) {
                aliases.put(contact.getUser().getId(), contact.getAlias());
            }
        }
        people.aliases(aliases);
    }
}
