package io.longlink.app.show;

/** The first screen, as it is drawn. */
public final class LoginState {
    /** The server's address; empty when none was entered yet. */
    public final String server;
    /** What is to be known before: that a login has ended, or that the link is not protected. */
    public final String notice;
    /** Who was logged in here last. */
    public final String name;
    /** Whether something is under way, so that the button waits. */
    public final boolean busy;
    /** Why it did not work. */
    public final String problem;

    LoginState(String server, String notice, String name, boolean busy, String problem) {
        this.server = server;
        this.notice = notice;
        this.name = name;
        this.busy = busy;
        this.problem = problem;
    }
}
