package io.longlink.app.show;

import io.longlink.app.model.Account;
import io.longlink.app.model.Groups;
import io.longlink.app.model.Hub;
import io.longlink.app.model.Members;
import io.longlink.app.model.Then;
import io.longlink.v1.Group;
import io.longlink.v1.GroupJoin;
import io.longlink.v1.GroupRequest;
import io.longlink.v1.GroupRole;
import io.longlink.v1.GroupRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A group: who is in it, how one comes in, its rules, and leaving it. */
public final class GroupPresenter extends Presenter<GroupState> {
    private final long group;
    private List<GroupRequest> requests = Collections.emptyList();

    public GroupPresenter(Hub hub, Names names, long group) {
        super(hub, names);
        this.group = group;
    }

    public void rename(String name) {
        with(account -> account.groups.rename(group, name.trim(), sayDone("dialog_saved"), complain("")));
    }

    public void invite(List<Long> users) {
        with(account -> account.groups.invite(group, users, () -> {}, complain("")));
    }

    public void remove(long user) {
        with(account -> account.groups.remove(group, user, () -> {}, complain("")));
    }

    public void makeAdmin(long user, boolean admin) {
        GroupRole role = admin ? GroupRole.GROUP_ROLE_ADMIN : GroupRole.GROUP_ROLE_MEMBER;
        with(account -> account.groups.setRole(group, user, role, () -> {}, complain("")));
    }

    public void handOver(long user) {
        with(account -> account.groups.setRole(
                group, user, GroupRole.GROUP_ROLE_OWNER, () -> {}, complain("")));
    }

    /** 0: they may write again. -1: until further notice. */
    public void silence(long user, long forMs) {
        with(account -> account.groups.mute(group, user, forMs, () -> {}, complain("")));
    }

    public void setJoin(int join) {
        rules(rules -> rules.setJoin(GroupJoin.forNumber(join)));
    }

    public void setOnlyAdminsInvite(boolean on) {
        rules(rules -> rules.setOnlyAdminsInvite(on));
    }

    public void setOnlyAdminsWrite(boolean on) {
        rules(rules -> rules.setOnlyAdminsWrite(on));
    }

    public void setMembersMentionAll(boolean on) {
        rules(rules -> rules.setMembersMentionAll(on));
    }

    private void rules(Then<GroupRules.Builder> change) {
        with(account -> {
            Group now = account.groups.get(group);
            if (now != null) {
                GroupRules.Builder rules = now.getRules().toBuilder();
                change.take(rules);
                account.groups.setRules(group, rules.build(), () -> {}, why -> {
                    complain("").take(why);
                    draw();
                });
            }
        });
    }

    /** The link by which people join; {@code renew} ends the one there was. */
    public void link(boolean renew, Then<String> link) {
        with(account -> account.groups.link(group, renew, link, complain("")));
    }

    public void answer(long user, boolean accept) {
        with(account -> account.groups.answer(group, user, accept, () -> askRequests(account), complain("")));
    }

    public void leaveGroup() {
        with(account -> account.groups.leave(group, this::leave, complain("")));
    }

    public void dissolve() {
        with(account -> account.groups.dissolve(group, this::leave, complain("")));
    }

    public void pin(boolean pinned) {
        with(account -> account.conversations.set(
                group, pinned, ListPresenter.isMuted(account, group), complain("")));
    }

    public void mute(boolean muted) {
        with(account -> account.conversations.set(
                group, ListPresenter.isPinned(account, group), muted, complain("")));
    }

    @Override
    protected void opened() {
        with(this::askRequests);
    }

    private void askRequests(Account account) {
        if (account.groups.isAdmin(group)) {
            account.groups.requests(group, now -> {
                requests = now;
                draw();
            });
        }
    }

    @Override
    protected void accountMoved() {
        if (hub.account() == null) {
            leave();
        }
    }

    @Override
    protected GroupState state() {
        Account account = hub.account();
        Group now = account == null ? null : account.groups.get(group);
        if (now == null) {
            return null;
        }
        boolean admin = account.groups.isAdmin(group);
        boolean owner = now.getRole() == GroupRole.GROUP_ROLE_OWNER;
        GroupRules rules = now.getRules();
        boolean open = rules.getJoin() != GroupJoin.GROUP_JOIN_CLOSED;
        String note = rules.getJoin() == GroupJoin.GROUP_JOIN_OPEN ? "join_openNote" : "join_approvalNote";
        String sure = owner && now.getMemberCount() > 1 ? "group_leaveOwner" : "group_leaveSure";
        return new GroupState(
                Face.of(names, account, group),
                now.getName(),
                words.count("members", now.getMemberCount()),
                people(account, now),
                asking(account),
                admin,
                owner,
                account.groups.mayInvite(group),
                open && account.groups.mayInvite(group),
                words.get(open ? note : "join_closed"),
                rules,
                ListPresenter.isPinned(account, group),
                ListPresenter.isMuted(account, group),
                words.get(sure, "name", now.getName()),
                words.get("group_dissolveSure", "name", now.getName()));
    }

    private List<GroupState.Person> people(Account account, Group now) {
        List<GroupState.Person> people = new ArrayList<>();
        List<Members.Member> members = account.groups.members.of(group);
        if (members == null) {
            return people;
        }
        int mine = now.getRole().getNumber();
        for (Members.Member member : members) {
            boolean silent = member.mutedUntilMs == Groups.FOR_GOOD || member.mutedUntilMs > hub.desk.nowMs();
            String name = member.user == account.me
                    ? words.get("peer_self", "name", names.own(account, account.me))
                    : names.user(account, member.user);
            GroupState.Person person = new GroupState.Person(
                    member.user, Face.of(names, account, member.user), name, note(member, silent));
            // Nobody does anything about who stands as high as they do (G7).
            boolean above = mine > member.role.getNumber() && mine > 0;
            boolean owner = now.getRole() == GroupRole.GROUP_ROLE_OWNER && member.user != account.me;
            person.mayRemove = above;
            person.mayMute = above;
            person.isMuted = silent;
            person.mayMakeAdmin = owner && member.role == GroupRole.GROUP_ROLE_MEMBER;
            boolean givesUp = member.user == account.me && member.role == GroupRole.GROUP_ROLE_ADMIN;
            person.mayEndAdmin = givesUp || (owner && member.role == GroupRole.GROUP_ROLE_ADMIN);
            person.mayHandOver = owner;
            people.add(person);
        }
        return people;
    }

    private String note(Members.Member member, boolean silent) {
        String role = "";
        if (member.role == GroupRole.GROUP_ROLE_OWNER) {
            role = words.get("group_owner");
        } else if (member.role == GroupRole.GROUP_ROLE_ADMIN) {
            role = words.get("group_admin");
        }
        String mute = silent ? words.get("group_silent") : "";
        return role.isEmpty() || mute.isEmpty() ? role + mute : role + " · " + mute;
    }

    private List<GroupState.Person> asking(Account account) {
        List<GroupState.Person> asking = new ArrayList<>();
        for (GroupRequest request : requests) {
            long user = request.getUser().getId();
            asking.add(new GroupState.Person(
                    user, Face.of(names, account, user), names.user(account, user), request.getGreeting()));
        }
        return asking;
    }
}
