package io.longlink.app.model;

import io.longlink.client.Credential;
import io.longlink.client.Ended;
import io.longlink.client.Failure;
import io.longlink.client.Longlink;
import io.longlink.client.Requests;
import io.longlink.client.Settings;
import io.longlink.client.State;
import io.longlink.client.Storage;
import io.longlink.v1.HelloReply;
import io.longlink.v1.HelloRequest;
import io.longlink.v1.LogOutReply;
import io.longlink.v1.PasswordCredential;
import io.longlink.v1.RegisterReply;
import io.longlink.v1.RegisterRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The app as a whole: which server, who is logged in, and the one account that follows from it. On the desk alone. */
public final class Hub {
    private static final String CLIENT = "longlink-android-app/1";

    public final Desk desk;
    public final Ground ground;
    private final Preferences kept;
    private final Notices notices;
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private Account account;
    private Ended ended;
    private boolean leaving;
    private boolean beginning;

    public Hub(Desk desk, Ground ground, Notices notices) {
        this.desk = desk;
        this.ground = ground;
        this.kept = ground.preferences();
        this.notices = notices;
    }

    /** Who is logged in; {@code null} when nobody is. */
    public Account account() {
        return account;
    }

    public Notices notices() {
        return notices;
    }

    public Server server() {
        return Server.load(kept);
    }

    /** Why the link of the account has ended for good; {@code null} while it has not. */
    public Ended ended() {
        return ended;
    }

    /** Who was logged in here last; empty if nobody was. */
    public String lastName() {
        return kept.get("name");
    }

    /** Is told when somebody comes or goes. */
    public void watch(Runnable watcher) {
        watchers.add(watcher);
    }

    public void unwatch(Runnable watcher) {
        watchers.remove(watcher);
    }

    /** Goes on with who was logged in when the app ended. */
    public void resume() {
        if (account == null && !kept.get("token").isEmpty() && server().isUsable()) {
            begin();
        }
    }

    /** Another server, or another protection. Who is logged in stays so, and tries there. */
    public void setServer(Server server) {
        server.save(kept);
        if (account != null) {
            again();
        }
    }

    public void register(String name, String password, String invitation, Runnable done, Then<Failure> failed) {
        RegisterRequest.Builder request = RegisterRequest.newBuilder();
        request.setName(name).setPassword(password).setInvitation(invitation);
        Longlink.askOnce(settings(), Requests.REGISTER, request.build(), Ask.<RegisterReply>callback(
                reply -> logIn(name, password, done, failed), failed));
    }

    /** The password is said once, on a link of its own, and nothing keeps it: from then on there is a token. */
    public void logIn(String name, String password, Runnable done, Then<Failure> failed) {
        PasswordCredential credential =
                PasswordCredential.newBuilder().setName(name).setPassword(password).build();
        HelloRequest.Builder request = HelloRequest.newBuilder();
        request.setPassword(credential).setDeviceId(deviceId()).setClient(CLIENT);
        Longlink.askOnce(settings(), Requests.HELLO, request.build(), Ask.<HelloReply>callback(reply -> {
            String user = String.valueOf(reply.getUserId());
            // Another server's user of the same number is somebody else. That the server moves later changes nothing.
            String key = "account-" + Integer.toHexString(server().address.hashCode()) + "-" + user;
            kept.set("user", user, "name", reply.getUserName(), "token", reply.getToken(), "account", key);
            end();
            begin();
            done.run();
        }, failed));
    }

    /** Ends the login. Whoever uses this phone next finds nothing; only what was not sent waits for its writer. */
    public void logOut() {
        if (account == null || leaving) {
            return;
        }
        leaving = account.isOnline();
        if (leaving) {
            // Without an answer the token is forgotten here all the same.
            account.link().logOut(Ask.<LogOutReply>callback(reply -> leave(), why -> leave()));
        } else {
            leave();
        }
    }

    private void leave() {
        leaving = false;
        History history = ground.history(accountKey());
        boolean unsent = !account.outbox.all().isEmpty();
        forget();
        Change change = new Change();
        change.startOver = true;
        change.forgetNames = true;
        if (unsent) {
            history.write(change);
        } else {
            history.erase();
        }
        history.close();
    }

    /** The account is no more: nothing of it stays here. */
    public void erased() {
        History history = ground.history(accountKey());
        Storage storage = ground.storage(accountKey());
        forget();
        history.erase();
        history.close();
        try {
            for (String name : storage.names()) {
                storage.remove(name);
            }
        } catch (IOException stays) {
            // What is left there is a place in a log and a name without an account.
            return;
        }
    }

    /** Begins anew: after the link has ended for good, or with another server. */
    public void again() {
        if (account == null || beginning) {
            return;
        }
        if (account.state().kind() == State.Kind.ENDED) {
            end();
            begin();
        } else {
            // Two links must not have the same storage: the next one begins when this one has ended.
            beginning = true;
            account.link().close();
        }
    }

    /** Whether a person looks at the app. */
    public void setForeground(boolean foreground) {
        if (account != null) {
            account.link().setForeground(foreground);
            // What the system did not let begin out of the background, it lets now.
            if (foreground) {
                ground.hold(true);
            }
        }
    }

    private void begin() {
        ended = null;
        String key = accountKey();
        account = new Account(
                Long.parseLong(kept.get("user")), kept.get("name"), desk, ground.history(key), events());
        Settings.Builder settings = ground.suited(server().settings());
        settings.executor(desk).storage(ground.storage(key)).deviceId(deviceId()).client(CLIENT);
        Account begun = account;
        account.watch(() -> notices.changed(begun));
        account.start(settings.credential(Credential.token(kept.get("token"))).build());
        ground.hold(true);
        tell();
    }

    private void end() {
        if (account != null) {
            account.stop();
            account = null;
        }
    }

    private void forget() {
        end();
        kept.set("token", "");
        ground.hold(false);
        notices.cancelAll();
        tell();
    }

    private Account.Events events() {
        return new Account.Events() {
            @Override
            public void news(long peer, Item item) {
                notices.news(account, peer, item);
            }

            @Override
            public void amended(long peer, Amendment amendment) {
                notices.amended(account, peer, amendment);
            }

            @Override
            public void read(long peer) {
                notices.read(peer);
            }

            @Override
            public void token(String token) {
                if (!token.isEmpty()) {
                    kept.set("token", token);
                }
            }

            @Override
            public void ended(Ended why) {
                over(why);
            }
        };
    }

    private void over(Ended why) {
        if (beginning) {
            beginning = false;
            end();
            begin();
            return;
        }
        if (why.kind() == Ended.Kind.CLOSED || leaving) {
            return;
        }
        ended = why;
        if (why.needsPassword()) {
            forget();
        }
        tell();
    }

    private Settings settings() {
        return ground.suited(server().settings()).executor(desk).build();
    }

    private String accountKey() {
        return kept.get("account");
    }

    private String deviceId() {
        if (kept.get("device").isEmpty()) {
            kept.set("device", Longlink.freshId());
        }
        return kept.get("device");
    }

    private void tell() {
        for (Runnable watcher : watchers) {
            watcher.run();
        }
    }
}
