package io.longlink.app.show;

import io.longlink.app.model.Hub;
import io.longlink.app.model.Then;
import io.longlink.client.Longlink;
import java.util.List;

/** Making a group. Its name in the log is made with the screen, so that a second try finds what the first one made. */
public final class NewGroupPresenter extends Presenter<Boolean> {
    private final String clientMsgId = Longlink.freshId();
    private boolean busy;

    public NewGroupPresenter(Hub hub, Names names) {
        super(hub, names);
    }

    public void create(String name, List<Long> users, Then<Long> made) {
        with(account -> {
            if (busy) {
                return;
            }
            busy = true;
            draw();
            account.groups.create(name.trim(), users, clientMsgId, group -> {
                busy = false;
                made.take(group);
            }, why -> {
                busy = false;
                say(Fails.text(words, why, ""));
                draw();
            });
        });
    }

    @Override
    protected void accountMoved() {
        if (hub.account() == null) {
            leave();
        }
    }

    /** Whether it is being made. */
    @Override
    protected Boolean state() {
        return busy;
    }
}
