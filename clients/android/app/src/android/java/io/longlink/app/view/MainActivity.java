package io.longlink.app.view;

import android.content.Intent;
import android.os.Bundle;
import android.view.View;
import android.widget.ListView;
import io.longlink.app.R;
import io.longlink.app.phone.App;
import io.longlink.app.phone.Permissions;
import io.longlink.app.show.ListPresenter;
import io.longlink.app.show.ListState;

/** The conversations of who is logged in. */
public final class MainActivity extends ScreenActivity<ListState, ListPresenter> {
    private final TalkListAdapter rows = new TalkListAdapter();
    private ListState shown;

    @Override
    protected ListPresenter presenter(App app) {
        return new ListPresenter(app.hub(), app.names());
    }

    @Override
    protected void build() {
        setContentView(R.layout.list);
        ListView list = (ListView) findViewById(R.id.rows);
        list.setAdapter(rows);
        list.setOnItemClickListener((parent, view, at, id) -> open(rows.getItem(at).peer));
        list.setOnItemLongClickListener((parent, view, at, id) -> {
            options(rows.getItem(at));
            return true;
        });
        list.setOnScrollListener(new AtEnd() {
            @Override
            void reached() {
                if (shown != null && shown.more) {
                    presenter.older();
                }
            }
        });
        onTap(R.id.people, () -> startActivity(new Intent(this, PeopleActivity.class)));
        onTap(R.id.start, () -> startActivity(new Intent(this, PeopleActivity.class)));
        onTap(R.id.asking, () -> startActivity(new Intent(this, PeopleActivity.class)));
        onTap(R.id.menu, () -> menu(findViewById(R.id.menu)));
    }

    @Override
    protected void built(Bundle kept) {
        if (kept == null) {
            Permissions.askForNotices(this);
        }
    }

    private void menu(View anchor) {
        new Choices(this)
                .add(R.string.group_new, () -> startActivity(PeopleActivity.newGroup(this)))
                .add(R.string.profile_title, () -> startActivity(new Intent(this, ProfileActivity.class)))
                .add(R.string.settings, () -> startActivity(new Intent(this, SettingsActivity.class)))
                .openAt(anchor);
    }

    private void options(ListState.Row row) {
        new Choices(this)
                .add(row.pinned ? R.string.talk_unpin : R.string.talk_pin, () -> presenter.pin(row.peer, !row.pinned))
                .add(row.muted ? R.string.talk_unmute : R.string.talk_mute, () -> presenter.mute(row.peer, !row.muted))
                .open(row.name);
    }

    private void open(long peer) {
        startActivity(TalkActivity.of(this, peer));
    }

    @Override
    public void show(ListState state) {
        shown = state;
        draw(state.banner, presenter::retry);
        putOrHide(R.id.asking, state.asking);
        putOrHide(R.id.empty, state.rows.isEmpty() ? state.empty : "");
        rows.show(state.rows);
    }

    /** Nobody is logged in. */
    @Override
    public void leave() {
        startActivity(new Intent(this, LoginActivity.class));
        finish();
    }
}
