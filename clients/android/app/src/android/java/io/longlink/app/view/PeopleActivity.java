package io.longlink.app.view;

import android.app.Activity;
import android.content.Context;
import android.content.Intent;
import android.text.Editable;
import android.text.TextWatcher;
import android.view.View;
import android.widget.EditText;
import android.widget.ListView;
import io.longlink.app.R;
import io.longlink.app.phone.App;
import io.longlink.app.show.NewGroupPresenter;
import io.longlink.app.show.PeoplePresenter;
import io.longlink.app.show.PeopleState;
import java.util.ArrayList;
import java.util.List;

/** People: contacts and others. Also where they are chosen, for a new group or for one there is. */
public final class PeopleActivity extends ScreenActivity<PeopleState, PeoplePresenter> {
    /** Of the result: who was chosen. */
    static final String USERS = "users";
    private static final String PURPOSE = "purpose";
    private static final String NEW_GROUP = "new group";
    private static final String CHOOSE = "choose";

    private PeopleAdapter rows;
    private NewGroupPresenter making;
    private String purpose;
    private PeopleState shown;

    static Intent newGroup(Context context) {
        return new Intent(context, PeopleActivity.class).putExtra(PURPOSE, NEW_GROUP);
    }

    static Intent choose(Context context) {
        return new Intent(context, PeopleActivity.class).putExtra(PURPOSE, CHOOSE);
    }

    @Override
    protected PeoplePresenter presenter(App app) {
        purpose = getIntent().getStringExtra(PURPOSE);
        making = new NewGroupPresenter(app.hub(), app.names());
        return new PeoplePresenter(app.hub(), app.names(), purpose != null);
    }

    @Override
    protected void build() {
        setContentView(R.layout.people);
        rows = new PeopleAdapter(purpose != null, presenter::answer);
        ListView list = (ListView) findViewById(R.id.rows);
        list.setAdapter(rows);
        list.setOnItemClickListener((parent, view, at, id) -> tapped(rows.getItem(at)));
        list.setOnItemLongClickListener((parent, view, at, id) -> {
            card(rows.getItem(at));
            return true;
        });
        list.setOnScrollListener(new AtEnd() {
            @Override
            void reached() {
                if (shown != null && shown.more) {
                    presenter.more();
                }
            }
        });
        ((EditText) findViewById(R.id.search)).addTextChangedListener(new Searched());
        boolean making = NEW_GROUP.equals(purpose);
        put(R.id.title, getString(
                making ? R.string.group_new : purpose == null ? R.string.contact_all : R.string.group_add));
        findViewById(R.id.naming).setVisibility(making ? View.VISIBLE : View.GONE);
        findViewById(R.id.menu).setVisibility(purpose == null ? View.VISIBLE : View.GONE);
        findViewById(R.id.choose).setVisibility(purpose == null ? View.GONE : View.VISIBLE);
        put(R.id.choose, getString(making ? R.string.group_create : R.string.group_invite));
        onTap(R.id.choose, this::chosen);
        onTap(R.id.menu, () -> menu(findViewById(R.id.menu)));
    }

    private void menu(View anchor) {
        new Choices(this)
                .add(R.string.group_new, () -> startActivity(newGroup(this)))
                .add(R.string.join_title, () -> Dialogs.ask(
                        this,
                        getString(R.string.join_join),
                        getString(R.string.join_what),
                        false,
                        values -> presenter.join(values[0], values[1]),
                        getString(R.string.join_link),
                        getString(R.string.join_greeting)))
                .openAt(anchor);
    }

    private void tapped(PeopleState.Row row) {
        if (row.isHeading()) {
            return;
        }
        if (purpose != null) {
            rows.toggle(row.peer);
        } else if (row.peer > 0) {
            card(row);
        } else {
            startActivity(TalkActivity.of(this, row.peer));
        }
    }

    private void card(PeopleState.Row row) {
        if (row.peer > 0) {
            startActivity(PersonActivity.of(this, row.peer));
        }
    }

    private void chosen() {
        List<Long> users = new ArrayList<>(rows.chosen());
        if (NEW_GROUP.equals(purpose)) {
            String name = typed(R.id.group_name).trim();
            if (name.isEmpty()) {
                findViewById(R.id.group_name).requestFocus();
                return;
            }
            making.create(name, users, group -> App.of(this).ui().execute(() -> {
                startActivity(TalkActivity.of(this, group));
                finish();
            }));
            return;
        }
        long[] ids = new long[users.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = users.get(i);
        }
        setResult(Activity.RESULT_OK, new Intent().putExtra(USERS, ids));
        finish();
    }

    @Override
    protected void onStart() {
        super.onStart();
        making.attach(new Making(), App.of(this).ui());
    }

    @Override
    protected void onStop() {
        making.detach();
        super.onStop();
    }

    @Override
    public void show(PeopleState state) {
        shown = state;
        rows.show(state.rows);
        putOrHide(R.id.note, state.note);
        ((EditText) findViewById(R.id.search)).setHint(state.hint);
    }

    /** The group that is being made. */
    private final class Making implements io.longlink.app.show.Screen<Boolean> {
        @Override
        public void show(Boolean busy) {
            findViewById(R.id.choose).setEnabled(!busy);
        }

        @Override
        public void say(String words) {
            PeopleActivity.this.say(words);
        }

        @Override
        public void leave() {
            PeopleActivity.this.leave();
        }
    }

    /** Looks for who is meant, a moment after the last letter. */
    private final class Searched implements TextWatcher {
        @Override
        public void beforeTextChanged(CharSequence text, int start, int count, int after) {}

        @Override
        public void onTextChanged(CharSequence text, int start, int before, int count) {}

        @Override
        public void afterTextChanged(Editable text) {
            presenter.search(text.toString());
        }
    }
}
