package io.longlink.app.show;

import io.longlink.app.model.Server;

/** The settings, as they are drawn. */
public final class SettingsState {
    public final Server server;
    /** How it stands with the link; empty when nobody is logged in. */
    public final String status;
    public final boolean loggedIn;
    /** What is asked before one logs out; empty: nothing. */
    public final String logOutSure;

    SettingsState(Server server, String status, boolean loggedIn, String logOutSure) {
        this.server = server;
        this.status = status;
        this.loggedIn = loggedIn;
        this.logOutSure = logOutSure;
    }
}
