package io.longlink.app.view;

import android.app.AlertDialog;
import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;
import android.content.Intent;
import android.view.View;
import android.view.ViewGroup;
import io.longlink.app.R;
import io.longlink.app.phone.App;
import io.longlink.app.show.GroupPresenter;
import io.longlink.app.show.GroupState;
import java.util.ArrayList;
import java.util.List;

/** A group: who is in it, how one comes in, its rules, and leaving it. */
public final class GroupActivity extends ScreenActivity<GroupState, GroupPresenter> {
    private static final String GROUP = "group";
    private static final int CHOOSE = 1;

    private Page page;
    private MemberMenu members;

    static Intent of(Context context, long group) {
        return new Intent(context, GroupActivity.class).putExtra(GROUP, group);
    }

    @Override
    protected GroupPresenter presenter(App app) {
        return new GroupPresenter(app.hub(), app.names(), getIntent().getLongExtra(GROUP, 0));
    }

    @Override
    protected void build() {
        setContentView(R.layout.page);
        put(R.id.title, getString(R.string.group_info));
        page = new Page(this, (ViewGroup) findViewById(R.id.page));
        members = new MemberMenu(this, presenter);
    }

    @Override
    protected void onActivityResult(int request, int result, Intent data) {
        if (request == CHOOSE && result == RESULT_OK) {
            List<Long> users = new ArrayList<>();
            for (long user : data.getLongArrayExtra(PeopleActivity.USERS)) {
                users.add(user);
            }
            if (!users.isEmpty()) {
                presenter.invite(users);
            }
        }
    }

    @Override
    public void show(GroupState state) {
        page.clear();
        page.face(state.face, state.name, state.members);
        if (state.admin) {
            page.quiet(getString(R.string.group_name), () -> Dialogs.ask(
                    this, getString(R.string.dialog_save), getString(R.string.group_name), false,
                    values -> presenter.rename(values[0]), state.name));
        }
        asking(state);
        page.heading(R.string.group_info).setText(state.members);
        if (state.mayInvite) {
            page.quiet(getString(R.string.group_add), () -> startActivityForResult(PeopleActivity.choose(this), CHOOSE));
        }
        for (GroupState.Person person : state.people) {
            View row = page.person(person.face, person.name, person.note);
            row.setOnClickListener(tapped -> members.open(person));
        }
        link(state);
        if (state.admin) {
            rules(state);
        }
        page.heading(R.string.talk_options);
        page.toggle(R.string.talk_pin, state.pinned, presenter::pin);
        page.toggle(R.string.talk_mute, state.muted, presenter::mute);
        page.danger(R.string.group_leave, () -> Dialogs.sure(
                this, getString(R.string.group_leave), state.leaveSure, presenter::leaveGroup));
        if (state.owner) {
            page.danger(R.string.group_dissolve, () -> Dialogs.sure(
                    this, getString(R.string.group_dissolve), state.dissolveSure, presenter::dissolve));
        }
    }

    private void asking(GroupState state) {
        if (!state.asking.isEmpty()) {
            page.heading(R.string.join_requests);
        }
        for (GroupState.Person person : state.asking) {
            View row = page.person(person.face, person.name, person.note);
            answer(row, R.id.accept, person, true);
            answer(row, R.id.decline, person, false);
        }
    }

    private void answer(View row, int id, GroupState.Person person, boolean accept) {
        View button = row.findViewById(id);
        button.setVisibility(View.VISIBLE);
        button.setOnClickListener(tapped -> presenter.answer(person.user, accept));
    }

    private void link(GroupState state) {
        if (!state.mayLink && !state.admin) {
            return;
        }
        page.heading(R.string.join_title);
        page.note(state.linkNote);
        if (state.mayLink) {
            page.quiet(getString(R.string.join_copy), () -> presenter.link(false, this::copy));
            if (state.admin) {
                page.quiet(getString(R.string.join_renew), () -> presenter.link(true, this::copy));
            }
        }
    }

    private void copy(String link) {
        App.of(this).ui().execute(() -> {
            ClipboardManager clipboard = (ClipboardManager) getSystemService(Context.CLIPBOARD_SERVICE);
            clipboard.setPrimaryClip(ClipData.newPlainText("", link));
            say(getString(R.string.act_copied));
        });
    }

    private void rules(GroupState state) {
        page.heading(R.string.rule_title);
        CharSequence[] ways = {
            getString(R.string.rule_joinClosed), getString(R.string.rule_joinOpen), getString(R.string.rule_joinApproval)
        };
        page.quiet(getString(R.string.rule_join) + ": " + ways[state.join % ways.length], () ->
                new AlertDialog.Builder(this)
                        .setTitle(R.string.rule_join)
                        .setItems(ways, (dialog, which) -> presenter.setJoin(which))
                        .show());
        page.toggle(R.string.rule_onlyAdminsInvite, state.onlyAdminsInvite, presenter::setOnlyAdminsInvite);
        page.toggle(R.string.rule_onlyAdminsWrite, state.onlyAdminsWrite, presenter::setOnlyAdminsWrite);
        page.toggle(R.string.rule_membersMentionAll, state.membersMentionAll, presenter::setMembersMentionAll);
    }
}
