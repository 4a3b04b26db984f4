package io.longlink.app.view;

import android.app.AlertDialog;
import android.view.ViewGroup;
import android.widget.Button;
import android.widget.EditText;
import io.longlink.app.R;
import io.longlink.app.phone.App;
import io.longlink.app.show.ProfilePresenter;
import io.longlink.app.show.ProfileState;

/** The own profile, the password, and the end of the account. */
public final class ProfileActivity extends ScreenActivity<ProfileState, ProfilePresenter> {
    private Page page;
    private String drawn = "";
    private int sex;

    @Override
    protected ProfilePresenter presenter(App app) {
        return new ProfilePresenter(app.hub(), app.names());
    }

    @Override
    protected void build() {
        setContentView(R.layout.page);
        put(R.id.title, getString(R.string.profile_title));
        page = new Page(this, (ViewGroup) findViewById(R.id.page));
    }

    @Override
    public void show(ProfileState state) {
        String sign = state.name + state.loaded + state.nickname + state.sex + state.bio + state.hidden;
        if (sign.equals(drawn)) {
            return;
        }
        drawn = sign;
        page.clear();
        page.face(state.face, state.name, state.login);
        if (!state.loaded) {
            page.note(getString(R.string.talk_loading));
            return;
        }
        EditText nickname = page.field(
                R.id.nickname, R.string.profile_nickname, getString(R.string.profile_nicknameHint), state.nickname, false);
        sex = state.sex;
        sexes();
        EditText bio = page.field(R.id.bio, R.string.profile_bio, "", state.bio, true);
        page.primary(R.string.dialog_save, () -> presenter.save(
                nickname.getText().toString(), sex, bio.getText().toString())).setId(R.id.save);
        page.toggle(R.string.profile_hidden, state.hidden, presenter::hide);
        page.heading(R.string.password_change);
        page.quiet(getString(R.string.password_change), this::password);
        page.danger(R.string.erase_title, this::erase);
    }

    private void sexes() {
        CharSequence[] names = {
            getString(R.string.sex_none),
            getString(R.string.sex_male),
            getString(R.string.sex_female),
            getString(R.string.sex_other)
        };
        Button[] button = new Button[1];
        button[0] = page.quiet(label(names), () -> new AlertDialog.Builder(this)
                .setTitle(R.string.profile_sex)
                .setItems(names, (dialog, which) -> {
                    sex = which;
                    button[0].setText(label(names));
                })
                .show());
    }

    private String label(CharSequence[] names) {
        return getString(R.string.profile_sex) + ": " + names[sex % names.length];
    }

    private void password() {
        Dialogs.ask(
                this,
                getString(R.string.password_change),
                getString(R.string.password_others),
                true,
                values -> presenter.changePassword(values[0], values[1], values[2]),
                getString(R.string.password_old),
                getString(R.string.password_new),
                getString(R.string.password_again));
    }

    private void erase() {
        Dialogs.ask(
                this,
                getString(R.string.erase_yes),
                getString(R.string.erase_what) + "\n\n" + getString(R.string.erase_final),
                true,
                values -> presenter.erase(values[0]),
                getString(R.string.login_password));
    }
}
