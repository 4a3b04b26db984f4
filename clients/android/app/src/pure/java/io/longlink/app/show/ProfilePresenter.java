package io.longlink.app.show;

import io.longlink.app.model.Account;
import io.longlink.app.model.Hub;
import io.longlink.v1.ProfileSetReply;
import io.longlink.v1.ProfileSetRequest;
import io.longlink.v1.Sex;

/** The own profile, the password, and the end of the account. */
public final class ProfilePresenter extends Presenter<ProfileState> {
    private ProfileSetReply now;

    public ProfilePresenter(Hub hub, Names names) {
        super(hub, names);
    }

    public void save(String nickname, int sex, String bio) {
        ProfileSetRequest.Builder change = ProfileSetRequest.newBuilder();
        change.setNickname(nickname.trim()).setBio(bio.trim());
        Sex known = Sex.forNumber(sex);
        change.setSex(known == null ? Sex.SEX_UNSPECIFIED : known);
        set(change, sayDone("dialog_saved"));
    }

    /** Whether others are shown that one is online. */
    public void hide(boolean hidden) {
        set(ProfileSetRequest.newBuilder().setPresenceHidden(hidden), () -> {});
    }

    private void set(ProfileSetRequest.Builder change, Runnable done) {
        with(account -> account.profile.set(change.build(), reply -> {
            now = reply;
            done.run();
            draw();
        }, complain("profile")));
    }

    public void changePassword(String old, String fresh, String again) {
        with(account -> {
            if (!fresh.equals(again)) {
                say(words.get("password_differ"));
            } else {
                account.profile.changePassword(old, fresh, sayDone("password_changed"), complain("password"));
            }
        });
    }

    /** Erases the account, at the server and here. */
    public void erase(String password) {
        with(account -> account.profile.erase(password, () -> {
            hub.erased();
            say(words.get("erase_done"));
        }, complain("erase")));
    }

    @Override
    protected void opened() {
        set(ProfileSetRequest.newBuilder(), () -> {});
    }

    @Override
    protected void accountMoved() {
        if (hub.account() == null) {
            leave();
        }
    }

    @Override
    protected ProfileState state() {
        Account account = hub.account();
        if (account == null) {
            return null;
        }
        return new ProfileState(
                Face.of(names, account, account.me),
                names.own(account, account.me),
                words.get("profile_login", "name", account.name),
                now != null,
                now == null ? "" : now.getUser().getNickname(),
                now == null ? 0 : Math.max(0, now.getUser().getSexValue()),
                now == null ? "" : now.getUser().getBio(),
                now != null && now.getPresenceHidden());
    }
}
