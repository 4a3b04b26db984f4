package io.longlink.app.show;

/** Somebody's card, as it is drawn. */
public final class PersonState {
    /** What they are to who looks at it. */
    public enum Relation {
        SELF,
        STRANGER,
        CONTACT,
        /** They were asked. */
        ASKED,
        /** They ask. */
        ASKS
    }

    public final Face face;
    public final String name;
    /** What else they are called, and what they say of themselves in a word. */
    public final String others;
    public final String presence;
    public final String bio;
    public final Relation relation;
    /** What stands above the answers, when they ask or were asked. */
    public final String notice;
    /** What one calls them, and notes of them. */
    public final String alias;
    public final String remark;
    public final boolean blocked;
    public final boolean pinned;
    public final boolean muted;

    PersonState(
            Face face,
            String name,
            String others,
            String presence,
            String bio,
            Relation relation,
            String notice,
            String alias,
            String remark,
            boolean blocked,
            boolean pinned,
            boolean muted) {
        this.face = face;
        this.name = name;
        this.others = others;
        this.presence = presence;
        this.bio = bio;
        this.relation = relation;
        this.notice = notice;
        this.alias = alias;
        this.remark = remark;
        this.blocked = blocked;
        this.pinned = pinned;
        this.muted = muted;
    }
}
