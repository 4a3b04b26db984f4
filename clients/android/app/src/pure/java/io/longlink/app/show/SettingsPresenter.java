package io.longlink.app.show;

import io.longlink.app.model.Account;
import io.longlink.app.model.Hub;
import io.longlink.app.model.Server;
import io.longlink.client.State;

/** Which server, how the link is protected, and the way out. */
public final class SettingsPresenter extends Presenter<SettingsState> {
    public SettingsPresenter(Hub hub, Names names) {
        super(hub, names);
    }

    public void setServer(Server server) {
        hub.desk.execute(() -> {
            if (!server.isUsable()) {
                boolean pin = server.protection == Server.Protection.PIN;
                boolean address = new Server(server.address, Server.Protection.NONE, "").isUsable();
                say(words.get(pin && address ? "server_badPin" : "server_none"));
                return;
            }
            hub.setServer(server);
            say(words.get("dialog_saved"));
            draw();
        });
    }

    public void logOut() {
        with(account -> hub.logOut());
    }

    @Override
    protected SettingsState state() {
        Account account = hub.account();
        boolean unsent = account != null && !account.outbox.all().isEmpty();
        return new SettingsState(
                hub.server(), status(account), account != null, unsent ? words.get("logOut_unsent") : "");
    }

    private String status(Account account) {
        if (account == null || account.state() == null) {
            return "";
        }
        State state = account.state();
        switch (state.kind()) {
            case ONLINE:
                return words.get("status_online");
            case ENDED:
                return words.get("status_away");
            case WAITING:
                return words.get("status_away") + ": " + state.why();
            default:
                return words.get("status_connecting");
        }
    }
}
