package io.longlink.app.show;

/** The own profile and account, as it is drawn. */
public final class ProfileState {
    public final Face face;
    public final String name;
    public final String login;
    /** Whether the rest was told already. */
    public final boolean loaded;
    public final String nickname;
    /** As the protocol numbers it. */
    public final int sex;
    public final String bio;
    public final boolean hidden;

    ProfileState(
            Face face, String name, String login, boolean loaded, String nickname, int sex, String bio, boolean hidden) {
        this.face = face;
        this.name = name;
        this.login = login;
        this.loaded = loaded;
        this.nickname = nickname;
        this.sex = sex;
        this.bio = bio;
        this.hidden = hidden;
    }
}
