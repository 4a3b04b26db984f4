package io.longlink.app.view;

import io.longlink.app.R;
import io.longlink.app.show.GroupPresenter;
import io.longlink.app.show.GroupState;

/** What can be done about a member of a group. */
final class MemberMenu {
    private static final long HOUR_MS = 3_600_000;
    private static final long DAY_MS = 24 * HOUR_MS;
    private static final long FOR_GOOD = -1;

    private final GroupActivity screen;
    private final GroupPresenter presenter;
    private Choices choices;

    MemberMenu(GroupActivity screen, GroupPresenter presenter) {
        this.screen = screen;
        this.presenter = presenter;
    }

    void open(GroupState.Person person) {
        choices = new Choices(screen);
        choices.add(R.string.card_title, () -> screen.startActivity(PersonActivity.of(screen, person.user)));
        if (person.mayMakeAdmin) {
            choices.add(R.string.group_makeAdmin, () -> presenter.makeAdmin(person.user, true));
        }
        if (person.mayEndAdmin) {
            choices.add(R.string.group_endAdmin, () -> presenter.makeAdmin(person.user, false));
        }
        if (person.mayMute && person.isMuted) {
            choices.add(R.string.group_unsilence, () -> presenter.silence(person.user, 0));
        } else if (person.mayMute) {
            choices.add(R.string.group_silenceHour, () -> presenter.silence(person.user, HOUR_MS));
            choices.add(R.string.group_silenceDay, () -> presenter.silence(person.user, DAY_MS));
            choices.add(R.string.group_silence, () -> presenter.silence(person.user, FOR_GOOD));
        }
        if (person.mayHandOver) {
            sure(R.string.group_handOver, R.string.group_handOverSure, person, () -> presenter.handOver(person.user));
        }
        if (person.mayRemove) {
            sure(R.string.group_removeMember, R.string.group_removeSure, person, () -> presenter.remove(person.user));
        }
        choices.open(person.name);
    }

    private void sure(int label, int words, GroupState.Person person, Runnable work) {
        String text = screen.getString(words).replace("{name}", person.name);
        choices.add(label, () -> Dialogs.sure(screen, screen.getString(label), text, work));
    }
}
