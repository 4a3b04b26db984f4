package io.longlink.app.model;

import io.longlink.client.Failure;
import io.longlink.client.Requests;
import io.longlink.v1.Group;
import io.longlink.v1.GroupAnswerRequest;
import io.longlink.v1.GroupChangeRequest;
import io.longlink.v1.GroupCreateRequest;
import io.longlink.v1.GroupDissolveRequest;
import io.longlink.v1.GroupEvent;
import io.longlink.v1.GroupInviteRequest;
import io.longlink.v1.GroupJoinReply;
import io.longlink.v1.GroupJoinRequest;
import io.longlink.v1.GroupLeaveRequest;
import io.longlink.v1.GroupLinkRequest;
import io.longlink.v1.GroupListRequest;
import io.longlink.v1.GroupMuteRequest;
import io.longlink.v1.GroupRemoveRequest;
import io.longlink.v1.GroupRequest;
import io.longlink.v1.GroupRequestsRequest;
import io.longlink.v1.GroupRole;
import io.longlink.v1.GroupRoleRequest;
import io.longlink.v1.GroupRules;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The groups of this person: which there are, what they may in each, and changing that (PROTOCOL.md, "Groups"). */
public final class Groups {
    /** Until further notice. */
    public static final long FOR_GOOD = -1;

    private final Ask ask;
    private final People people;
    private final Runnable changed;
    private final Map<Long, Group> all = new HashMap<>();
    private final Map<Long, Integer> asking = new HashMap<>();
    public final Members members;
    /** Whether the list was read, so that a group that is not in it is one that was left. */
    private boolean known;
    private boolean reading;
    private boolean again;

    Groups(Ask ask, People people, Runnable changed) {
        this.ask = ask;
        this.people = people;
        this.changed = changed;
        this.members = new Members(ask, people, changed);
    }

    /** {@code null} when one is in no such group, or it is not known yet. */
    public Group get(long peer) {
        return all.get(peer);
    }

    /** Whether one was a member and is none any more. */
    public boolean isLeft(long peer) {
        return known && peer < 0 && !all.containsKey(peer);
    }

    public boolean isAdmin(long peer) {
        Group group = all.get(peer);
        return group != null && group.getRole() != GroupRole.GROUP_ROLE_MEMBER;
    }

    public boolean mayInvite(long peer) {
        Group group = all.get(peer);
        return group != null && (isAdmin(peer) || !group.getRules().getOnlyAdminsInvite());
    }

    public boolean mayMentionAll(long peer) {
        Group group = all.get(peer);
        return group != null && (isAdmin(peer) || group.getRules().getMembersMentionAll());
    }

    /** How many ask to join, as far as it was told. */
    public int asking(long peer) {
        Integer number = asking.get(peer);
        return number == null ? 0 : number;
    }

    void startOver() {
        all.clear();
        members.startOver();
        known = false;
    }

    /** Reads the list. What is asked for meanwhile is asked for once more. */
    void refresh() {
        again = true;
        if (!reading) {
            read();
        }
    }

    private void read() {
        reading = true;
        again = false;
        ask.again(Requests.GROUP_LIST, GroupListRequest.getDefaultInstance(), reply -> {
            all.clear();
            known = true;
            take(reply.getGroupsList());
            reading = false;
            changed.run();
            if (again) {
                read();
            }
        }, why -> reading = false);
    }

    void take(Collection<Group> groups) {
        for (Group group : groups) {
            all.put(group.getId(), group);
        }
        people.takeGroups(groups);
    }

    /** What happened to a group, told by an entry to it. */
    void happened(long group, GroupEvent event) {
        members.moved(group);
        if (!event.getName().isEmpty()) {
            people.called(group, event.getName());
        }
        if (known) {
            refresh();
        }
    }

    /** Under the same name a second try finds the group that the first one made (G4). */
    public void create(String name, List<Long> users, String clientMsgId, Then<Long> made, Then<Failure> failed) {
        GroupCreateRequest.Builder request = GroupCreateRequest.newBuilder();
        request.setName(name).addAllMembers(users).setClientMsgId(clientMsgId);
        ask.again(Requests.GROUP_CREATE, request.build(), reply -> {
            people.called(reply.getGroup(), name);
            refresh();
            made.take(reply.getGroup());
        }, failed);
    }

    public void invite(long group, List<Long> users, Runnable done, Then<Failure> failed) {
        GroupInviteRequest.Builder request = GroupInviteRequest.newBuilder().setGroup(group).addAllMembers(users);
        ask.again(Requests.GROUP_INVITE, request.build(), reply -> moved(group, done), failed);
    }

    public void leave(long group, Runnable done, Then<Failure> failed) {
        GroupLeaveRequest request = GroupLeaveRequest.newBuilder().setGroup(group).build();
        ask.again(Requests.GROUP_LEAVE, request, reply -> moved(group, done), failed);
    }

    public void dissolve(long group, Runnable done, Then<Failure> failed) {
        GroupDissolveRequest request = GroupDissolveRequest.newBuilder().setGroup(group).build();
        ask.again(Requests.GROUP_DISSOLVE, request, reply -> moved(group, done), failed);
    }

    public void rename(long group, String name, Runnable done, Then<Failure> failed) {
        GroupChangeRequest request = GroupChangeRequest.newBuilder().setGroup(group).setName(name).build();
        ask.again(Requests.GROUP_CHANGE, request, reply -> moved(group, done), failed);
    }

    public void setRules(long group, GroupRules rules, Runnable done, Then<Failure> failed) {
        GroupChangeRequest request = GroupChangeRequest.newBuilder().setGroup(group).setRules(rules).build();
        ask.again(Requests.GROUP_CHANGE, request, reply -> moved(group, done), failed);
    }

    public void remove(long group, long user, Runnable done, Then<Failure> failed) {
        GroupRemoveRequest request = GroupRemoveRequest.newBuilder().setGroup(group).addMembers(user).build();
        ask.again(Requests.GROUP_REMOVE, request, reply -> moved(group, done), failed);
    }

    public void setRole(long group, long user, GroupRole role, Runnable done, Then<Failure> failed) {
        GroupRoleRequest.Builder request = GroupRoleRequest.newBuilder();
        request.setGroup(group).addMembers(user).setRole(role);
        ask.again(Requests.GROUP_ROLE, request.build(), reply -> moved(group, done), failed);
    }

    /** 0: they may write again. {@link #FOR_GOOD}: until further notice. */
    public void mute(long group, long user, long forMs, Runnable done, Then<Failure> failed) {
        GroupMuteRequest.Builder request = GroupMuteRequest.newBuilder();
        request.setGroup(group).addMembers(user).setForMs(forMs);
        ask.again(Requests.GROUP_MUTE, request.build(), reply -> moved(group, done), failed);
    }

    /** What is given to people so that they can join. */
    public void link(long group, boolean renew, Then<String> link, Then<Failure> failed) {
        GroupLinkRequest request = GroupLinkRequest.newBuilder().setGroup(group).setRenew(renew).build();
        // Asked again, a renewal would only make one more new link.
        ask.again(Requests.GROUP_LINK, request, reply -> link.take(reply.getLink()), failed);
    }

    public void join(String link, String greeting, Then<GroupJoinReply> joined, Then<Failure> failed) {
        GroupJoinRequest request = GroupJoinRequest.newBuilder().setLink(link).setGreeting(greeting).build();
        ask.again(Requests.GROUP_JOIN, request, reply -> {
            people.called(reply.getGroup(), reply.getName());
            refresh();
            joined.take(reply);
        }, failed);
    }

    /** Who asks to join: the first page. */
    public void requests(long group, Then<List<GroupRequest>> requests) {
        GroupRequestsRequest request = GroupRequestsRequest.newBuilder().setGroup(group).build();
        ask.again(Requests.GROUP_REQUESTS, request, reply -> {
            asking.put(group, reply.getRequestsCount());
            List<io.longlink.v1.User> users = new ArrayList<>();
            for (GroupRequest one : reply.getRequestsList()) {
                users.add(one.getUser());
            }
            people.take(users);
            requests.take(reply.getRequestsList());
        }, why -> requests.take(Collections.<GroupRequest>emptyList()));
    }

    /** Somebody asks to join a group of which this person is an admin. */
    void asked(long group, GroupRequest request) {
        asking.put(group, asking(group) + 1);
        people.take(Collections.singletonList(request.getUser()));
        changed.run();
    }

    public void answer(long group, long user, boolean accept, Runnable done, Then<Failure> failed) {
        GroupAnswerRequest.Builder request = GroupAnswerRequest.newBuilder();
        request.setGroup(group).setUser(user).setAccept(accept);
        ask.again(Requests.GROUP_ANSWER, request.build(), reply -> {
            asking.put(group, Math.max(0, asking(group) - 1));
            moved(group, done);
        }, failed);
    }

    private void moved(long group, Runnable done) {
        members.moved(group);
        refresh();
        done.run();
    }
}
