package io.longlink.app.model;

import io.longlink.client.Requests;
import io.longlink.v1.GroupMembersReply;
import io.longlink.v1.GroupMembersRequest;
import io.longlink.v1.GroupMuted;
import io.longlink.v1.GroupRole;
import io.longlink.v1.User;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who is in a group, with what they are there: read when it is looked at, and kept until something happens to it. */
public final class Members {
    /** Five thousand members, the most that a group has by default. */
    private static final int PAGES_MAX = 5;

    /** Somebody in a group. */
    public static final class Member {
        public final long user;
        public final GroupRole role;
        /** Until then they may not write. -1: until further notice. 0: they may. */
        public final long mutedUntilMs;

        Member(long user, GroupRole role, long mutedUntilMs) {
            this.user = user;
            this.role = role;
            this.mutedUntilMs = mutedUntilMs;
        }
    }

    private final Ask ask;
    private final People people;
    private final Runnable changed;
    private final Map<Long, List<Member>> lists = new HashMap<>();
    private final Set<Long> reading = new HashSet<>();
    /** Something happened to these while they were being read. */
    private final Set<Long> stale = new HashSet<>();

    Members(Ask ask, People people, Runnable changed) {
        this.ask = ask;
        this.people = people;
        this.changed = changed;
    }

    /** Owner and admins first; {@code null} while they are being asked for. */
    public List<Member> of(long group) {
        List<Member> known = lists.get(group);
        if (known == null && reading.add(group)) {
            read(group, 0, new ArrayList<>(), PAGES_MAX);
        }
        return known;
    }

    void moved(long group) {
        lists.remove(group);
        if (reading.contains(group)) {
            stale.add(group);
        }
    }

    void startOver() {
        lists.clear();
    }

    private void read(long group, long after, List<Member> so, int pages) {
        GroupMembersRequest request = GroupMembersRequest.newBuilder().setGroup(group).setAfter(after).build();
        ask.again(Requests.GROUP_MEMBERS, request, reply -> {
            people.take(reply.getMembersList());
            add(reply, so);
            if (reply.getMore() && reply.getMembersCount() > 0 && pages > 1) {
                read(group, reply.getMembers(reply.getMembersCount() - 1).getId(), so, pages - 1);
                return;
            }
            Collections.sort(so, new Comparator<Member>() {
                @Override
                public int compare(Member a, Member b) {
                    return b.role.getNumber() - a.role.getNumber();
                }
            });
            if (stale.remove(group)) {
                read(group, 0, new ArrayList<>(), PAGES_MAX);
                return;
            }
            reading.remove(group);
            lists.put(group, so);
            changed.run();
        }, why -> reading.remove(group));
    }

    private static void add(GroupMembersReply reply, List<Member> so) {
        Set<Long> admins = new HashSet<>(reply.getAdminsList());
        Map<Long, Long> muted = new HashMap<>();
        for (GroupMuted one : reply.getMutedList()) {
            muted.put(one.getUser(), one.getUntilMs());
        }
        for (User user : reply.getMembersList()) {
            long id = user.getId();
            GroupRole role = id == reply.getOwner()
                    ? GroupRole.GROUP_ROLE_OWNER
                    : admins.contains(id) ? GroupRole.GROUP_ROLE_ADMIN : GroupRole.GROUP_ROLE_MEMBER;
            Long until = muted.get(id);
            so.add(new Member(id, role, until == null ? 0 : until));
        }
    }
}
