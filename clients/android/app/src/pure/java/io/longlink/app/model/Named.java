package io.longlink.app.model;

import io.longlink.v1.Group;
import io.longlink.v1.User;

/** What a user or a group is called and looks like. It does not change. */
public final class Named {
    public final long id;
    /** The name to log in with, or a group's name. */
    public final String name;
    public final String nickname;
    /** What this person calls them. */
    public final String alias;
    /** The hash of their picture; empty if there is none. */
    public final String picture;
    public final boolean deleted;

    public Named(long id, String name, String nickname, String alias, String picture, boolean deleted) {
        this.id = id;
        this.name = name;
        this.nickname = nickname;
        this.alias = alias;
        this.picture = picture;
        this.deleted = deleted;
    }

    static Named of(User user, Named before) {
        String alias = before == null ? "" : before.alias;
        return new Named(user.getId(), user.getName(), user.getNickname(), alias, user.getAvatar(), user.getDeleted());
    }

    static Named of(Group group) {
        return new Named(group.getId(), group.getName(), "", "", group.getPicture(), false);
    }

    static Named called(long id, String name, Named before) {
        return new Named(id, name, "", "", before == null ? "" : before.picture, false);
    }

    Named withAlias(String other) {
        return new Named(id, name, nickname, other, picture, deleted);
    }

    boolean isSame(Named other) {
        return other != null
                && id == other.id
                && name.equals(other.name)
                && nickname.equals(other.nickname)
                && alias.equals(other.alias)
                && picture.equals(other.picture)
                && deleted == other.deleted;
    }
}
