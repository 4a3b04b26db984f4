package io.longlink.app.model;

import io.longlink.client.Failure;
import io.longlink.client.Requests;
import io.longlink.v1.Code;
import io.longlink.v1.FindUsersRequest;
import io.longlink.v1.Group;
import io.longlink.v1.User;
import io.longlink.v1.UsersRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What people and groups are called, as far as it is known here, and finding people (PROTOCOL.md, "People"). */
public final class People {
    private static final int ASKED_MAX = 100;
    private static final int PAGE = 50;
    /** Names that are wanted in the same moment are asked for together. */
    private static final long GATHER_MS = 20;

    /** Who was found. */
    public static final class Found {
        public final List<Long> users;
        public final boolean more;
        /** False where the server does not list people: then only a whole name finds somebody. */
        public final boolean listed;

        Found(List<Long> users, boolean more, boolean listed) {
            this.users = users;
            this.more = more;
            this.listed = listed;
        }

        /** With the page that follows. */
        public Found and(Found page) {
            List<Long> all = new ArrayList<>(users);
            all.addAll(page.users);
            return new Found(all, page.more, page.listed);
        }
    }

    private final Ask ask;
    private final Desk desk;
    private final Then<Change> keep;
    private final Runnable changed;
    private final Map<Long, Named> names = new HashMap<>();
    /** What people say of themselves, once it was told. */
    private final Map<Long, User> profiles = new HashMap<>();
    private final Set<Long> wanted = new LinkedHashSet<>();
    private Then<List<User>> seen = users -> {};
    private boolean gathering;
    private boolean listed;

    People(Ask ask, Desk desk, Then<Change> keep, Runnable changed) {
        this.ask = ask;
        this.desk = desk;
        this.keep = keep;
        this.changed = changed;
    }

    void load(List<Named> kept) {
        for (Named one : kept) {
            names.put(one.id, one);
        }
    }

    /** Who wants to know of everybody that the server tells of. */
    void onSeen(Then<List<User>> seen) {
        this.seen = seen;
    }

    /** Whether this server is known to list people. */
    public boolean isListed() {
        return listed;
    }

    /** What is known of somebody or of a group. If nothing is, it is asked for, and {@code changed} tells of it. */
    public Named get(long peer) {
        Named known = names.get(peer);
        if (known == null && peer > 0) {
            want(peer);
        }
        return known;
    }

    /** {@code null} until it was told. */
    public User profile(long user) {
        return profiles.get(user);
    }

    void forget() {
        names.clear();
    }

    void take(Collection<User> users) {
        List<Named> fresh = new ArrayList<>();
        for (User user : users) {
            profiles.put(user.getId(), user);
            fresh.add(Named.of(user, names.get(user.getId())));
            wanted.remove(user.getId());
        }
        remember(fresh);
        seen.take(new ArrayList<>(users));
    }

    void takeGroups(Collection<Group> groups) {
        List<Named> fresh = new ArrayList<>();
        for (Group group : groups) {
            fresh.add(Named.of(group));
        }
        remember(fresh);
    }

    void called(long peer, String name) {
        remember(Collections.singletonList(Named.called(peer, name, names.get(peer))));
    }

    /** What this person calls others; who is not among them is called by their own name. */
    void aliases(Map<Long, String> aliases) {
        List<Named> fresh = new ArrayList<>();
        for (Named one : names.values()) {
            String alias = aliases.get(one.id);
            if (one.id > 0) {
                fresh.add(one.withAlias(alias == null ? "" : alias));
            }
        }
        remember(fresh);
    }

    private void remember(List<Named> all) {
        Change change = new Change();
        for (Named one : all) {
            if (!one.isSame(names.get(one.id))) {
                names.put(one.id, one);
                change.names.put(one.id, one);
            }
        }
        if (!change.names.isEmpty()) {
            keep.take(change);
            changed.run();
        }
    }

    /** Asks again for this one. */
    public void refresh(long user) {
        want(user);
    }

    private void want(long user) {
        if (!wanted.add(user) || gathering) {
            return;
        }
        gathering = true;
        desk.after(GATHER_MS, this::askWanted);
    }

    private void askWanted() {
        gathering = false;
        UsersRequest.Builder request = UsersRequest.newBuilder();
        Iterator<Long> each = wanted.iterator();
        while (each.hasNext() && request.getIdsCount() < ASKED_MAX) {
            request.addIds(each.next());
        }
        if (request.getIdsCount() == 0) {
            return;
        }
        // Who has no answer stays wanted no more: the next look asks again.
        Then<Failure> failed = why -> wanted.removeAll(request.getIdsList());
        ask.again(Requests.USERS, request.build(), reply -> {
            take(reply.getUsersList());
            wanted.removeAll(request.getIdsList());
            if (!wanted.isEmpty()) {
                askWanted();
            }
        }, failed);
    }

    /** Those whose names begin so; where people are not listed, the one who has this whole name. */
    public void find(String prefix, String after, Then<Found> found, Then<Failure> failed) {
        FindUsersRequest.Builder request = FindUsersRequest.newBuilder();
        request.setPrefix(prefix).setAfter(after).setLimit(PAGE);
        ask.again(Requests.FIND_USERS, request.build(), reply -> {
            listed = true;
            take(reply.getUsersList());
            found.take(new Found(ids(reply.getUsersList()), reply.getMore(), true));
        }, why -> {
            if (!why.is(Code.CODE_NOT_ALLOWED) && !why.is(Code.CODE_UNKNOWN_COMMAND)) {
                failed.take(why);
                return;
            }
            listed = false;
            byWholeName(prefix.trim(), found, failed);
        });
    }

    private void byWholeName(String name, Then<Found> found, Then<Failure> failed) {
        if (name.isEmpty()) {
            found.take(new Found(Collections.<Long>emptyList(), false, false));
            return;
        }
        UsersRequest request = UsersRequest.newBuilder().addNames(name).build();
        ask.again(Requests.USERS, request, reply -> {
            take(reply.getUsersList());
            found.take(new Found(ids(reply.getUsersList()), false, false));
        }, failed);
    }

    private static List<Long> ids(List<User> users) {
        List<Long> ids = new ArrayList<>();
        for (User user : users) {
            ids.add(user.getId());
        }
        return ids;
    }
}
