package io.longlink.app.show;

import java.util.Collections;
import java.util.List;

/** What there is to know of a group and to do about it, as it is drawn. */
public final class GroupState {
    /** Somebody who is in it, or asks to be. */
    public static final class Person {
        public final long user;
        public final Face face;
        public final String name;
        /** What they are there; of who asks, what they say. */
        public final String note;
        public boolean mayMakeAdmin;
        public boolean mayEndAdmin;
        public boolean mayMute;
        public boolean isMuted;
        public boolean mayRemove;
        public boolean mayHandOver;

        Person(long user, Face face, String name, String note) {
            this.user = user;
            this.face = face;
            this.name = name;
            this.note = note;
        }
    }

    public final Face face;
    public final String name;
    public final String members;
    public final List<Person> people;
    public final List<Person> asking;
    public final boolean admin;
    public final boolean owner;
    public final boolean mayInvite;
    /** Whether there can be a link by which people join. */
    public final boolean mayLink;
    public final String linkNote;
    /** 0: nobody joins by the link, 1: everybody, 2: when an admin accepts. */
    public final int join;
    public final boolean onlyAdminsInvite;
    public final boolean onlyAdminsWrite;
    public final boolean membersMentionAll;
    public final boolean pinned;
    public final boolean muted;
    /** What is asked before one leaves. */
    public final String leaveSure;
    public final String dissolveSure;

    GroupState(
            Face face,
            String name,
            String members,
            List<Person> people,
            List<Person> asking,
            boolean admin,
            boolean owner,
            boolean mayInvite,
            boolean mayLink,
            String linkNote,
            io.longlink.v1.GroupRules rules,
            boolean pinned,
            boolean muted,
            String leaveSure,
            String dissolveSure) {
        this.face = face;
        this.name = name;
        this.members = members;
        this.people = Collections.unmodifiableList(people);
        this.asking = Collections.unmodifiableList(asking);
        this.admin = admin;
        this.owner = owner;
        this.mayInvite = mayInvite;
        this.mayLink = mayLink;
        this.linkNote = linkNote;
        this.join = Math.max(0, rules.getJoinValue());
        this.onlyAdminsInvite = rules.getOnlyAdminsInvite();
        this.onlyAdminsWrite = rules.getOnlyAdminsWrite();
        this.membersMentionAll = rules.getMembersMentionAll();
        this.pinned = pinned;
        this.muted = muted;
        this.leaveSure = leaveSure;
        this.dissolveSure = dissolveSure;
    }
}
