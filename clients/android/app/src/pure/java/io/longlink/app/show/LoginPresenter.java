package io.longlink.app.show;

import io.longlink.app.model.Hub;
import io.longlink.app.model.Server;
import io.longlink.client.Failure;

/** Logging in, or making an account and logging in. */
public final class LoginPresenter extends Presenter<LoginState> {
    private boolean busy;
    private String problem = "";

    public LoginPresenter(Hub hub, Names names) {
        super(hub, names);
    }

    public void logIn(String name, String password) {
        hub.desk.execute(() -> {
            if (begin()) {
                hub.logIn(name.trim(), password, this::done, why -> failed(why, ""));
            }
        });
    }

    public void register(String name, String password, String invitation) {
        hub.desk.execute(() -> {
            if (begin()) {
                hub.register(name.trim(), password, invitation.trim(), this::done, why -> failed(why, "register"));
            }
        });
    }

    private boolean begin() {
        if (busy) {
            return false;
        }
        busy = hub.server().isUsable();
        problem = busy ? "" : words.get("server_none");
        draw();
        return busy;
    }

    private void done() {
        busy = false;
    }

    /** Also when the login was begun before the screen was turned, by another presenter. */
    @Override
    protected void opened() {
        accountMoved();
    }

    @Override
    protected void accountMoved() {
        if (hub.account() != null) {
            leave();
        }
    }

    private void failed(Failure why, String about) {
        busy = false;
        problem = Fails.text(words, why, about);
        if (why.kind() != Failure.Kind.REFUSED) {
            problem += "\n" + why.message();
        }
        draw();
    }

    @Override
    protected LoginState state() {
        Server server = hub.server();
        String notice = hub.ended() != null && hub.ended().needsPassword() ? words.get("login_again") : "";
        if (server.protection == Server.Protection.NONE && server.isUsable()) {
            notice = notice.isEmpty() ? words.get("server_open") : notice + "\n" + words.get("server_open");
        }
        return new LoginState(server.address, notice, hub.lastName(), busy, problem);
    }
}
