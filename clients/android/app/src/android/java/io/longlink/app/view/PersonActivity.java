package io.longlink.app.view;

import android.content.Context;
import android.content.Intent;
import android.view.ViewGroup;
import android.widget.EditText;
import io.longlink.app.R;
import io.longlink.app.phone.App;
import io.longlink.app.show.PersonPresenter;
import io.longlink.app.show.PersonState;

/** Somebody's card. */
public final class PersonActivity extends ScreenActivity<PersonState, PersonPresenter> {
    private static final String USER = "user";

    private Page page;
    private long user;
    /** What is drawn; what people type must not be drawn over by news of their being online. */
    private String drawn = "";

    static Intent of(Context context, long user) {
        return new Intent(context, PersonActivity.class).putExtra(USER, user);
    }

    @Override
    protected PersonPresenter presenter(App app) {
        user = getIntent().getLongExtra(USER, 0);
        return new PersonPresenter(app.hub(), app.names(), user);
    }

    @Override
    protected void build() {
        setContentView(R.layout.page);
        put(R.id.title, getString(R.string.card_title));
        page = new Page(this, (ViewGroup) findViewById(R.id.page));
    }

    @Override
    public void show(PersonState state) {
        String sign = state.name + state.others + state.presence + state.bio + state.relation + state.notice
                + state.alias + state.remark + state.blocked + state.pinned + state.muted;
        if (sign.equals(drawn)) {
            return;
        }
        drawn = sign;
        page.clear();
        String note = state.others.isEmpty() || state.presence.isEmpty()
                ? state.others + state.presence
                : state.others + "\n" + state.presence;
        page.face(state.face, state.name, note);
        if (!state.bio.isEmpty()) {
            page.note(state.bio);
        }
        if (!state.notice.isEmpty()) {
            page.warning(state.notice);
        }
        relation(state);
        if (state.relation == PersonState.Relation.SELF) {
            return;
        }
        page.toggle(R.string.talk_pin, state.pinned, presenter::pin);
        page.toggle(R.string.talk_mute, state.muted, presenter::mute);
        if (state.relation == PersonState.Relation.CONTACT) {
            page.danger(R.string.contact_remove, () -> Dialogs.sure(
                    this, getString(R.string.contact_remove), named(R.string.contact_removeSure, state), presenter::remove));
        }
        if (state.blocked) {
            page.quiet(getString(R.string.block_end), () -> presenter.block(false));
        } else {
            page.danger(R.string.block_block, () -> Dialogs.sure(
                    this, getString(R.string.block_block), named(R.string.block_sure, state), () -> presenter.block(true)));
        }
    }

    private void relation(PersonState state) {
        if (state.relation == PersonState.Relation.ASKS) {
            page.primary(R.string.contact_accept, () -> presenter.answer(true));
            page.quiet(getString(R.string.contact_decline), () -> presenter.answer(false));
        }
        page.primary(R.string.card_write, () -> startActivity(TalkActivity.of(this, user))).setId(R.id.write);
        if (state.relation == PersonState.Relation.ASKED) {
            page.quiet(getString(R.string.contact_takeBack), presenter::remove);
        } else if (state.relation == PersonState.Relation.STRANGER) {
            page.heading(R.string.contact_add);
            EditText greeting = page.field(
                    R.id.greeting, R.string.contact_greeting, getString(R.string.contact_greetingHint), "", false);
            page.quiet(getString(R.string.contact_ask), () -> presenter.ask(greeting.getText().toString()));
        } else if (state.relation == PersonState.Relation.CONTACT) {
            String hint = getString(R.string.contact_onlyYou);
            EditText alias = page.field(R.id.alias, R.string.contact_alias, hint, state.alias, false);
            EditText remark = page.field(R.id.remark, R.string.contact_remark, hint, state.remark, true);
            page.quiet(getString(R.string.dialog_save), () -> presenter.note(
                    alias.getText().toString(), remark.getText().toString()));
        }
    }

    private String named(int words, PersonState state) {
        return getString(words).replace("{name}", state.name);
    }
}
