package io.longlink.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.longlink.app.model.Server;
import io.longlink.app.show.ListState;
import io.longlink.app.show.LoginPresenter;
import io.longlink.app.show.LoginState;
import io.longlink.app.show.ProfilePresenter;
import io.longlink.app.show.ProfileState;
import io.longlink.app.show.SettingsPresenter;
import io.longlink.app.show.SettingsState;
import io.longlink.app.show.TalkPresenter;
import io.longlink.app.show.TalkState;
import org.junit.Test;

/** Coming in, going out, and what stays on the phone. */
public class LoginTest extends WithServer {
    @Test
    public void aWrongPasswordIsSaidAndTheRightOneLetsIn() {
        Phone phone = freshPhone();
        LoginPresenter presenter = new LoginPresenter(phone.hub, phone.names);
        Seen<LoginState> login = phone.open(presenter);
        presenter.logIn("User01", "not it");
        login.until("why not", state -> state.problem.equals("Name and password do not fit together."));
        presenter.logIn(" User01 ", "demo");
        login.untilLeft();
        phone.list().until("a link", state -> state.banner.text.isEmpty());
    }

    @Test
    public void anAccountIsMadeAndItsPasswordChangedAndItIsDeleted() {
        Phone phone = freshPhone();
        LoginPresenter presenter = new LoginPresenter(phone.hub, phone.names);
        Seen<LoginState> login = phone.open(presenter);
        presenter.register("nova", "", "");
        login.until("that it takes no such password", state -> state.problem.contains("too short"));
        presenter.register("nova", "long enough", "");
        login.untilLeft();
        ProfilePresenter profile = new ProfilePresenter(phone.hub, phone.names);
        Seen<ProfileState> own = phone.open(profile);
        own.until("the profile", state -> state.loaded);
        profile.changePassword("long enough", "even longer", "not the same");
        own.untilSaid("The two new passwords are not the same.");
        profile.changePassword("wrong", "even longer", "even longer");
        own.untilSaid("The password so far is not right.");
        profile.changePassword("long enough", "even longer", "even longer");
        own.untilSaid("Your password is changed.");
        // The token of before is worth nothing: the one that came with the answer has been kept.
        phone.restart();
        phone.list().until("a link", state -> state.banner.text.isEmpty());
        ProfilePresenter last = new ProfilePresenter(phone.hub, phone.names);
        Seen<ProfileState> leaving = phone.open(last);
        leaving.until("the profile", state -> state.loaded);
        last.erase("even longer");
        leaving.untilLeft();
        assertTrue(phone.isEmpty());
        LoginPresenter once = new LoginPresenter(phone.hub, phone.names);
        Seen<LoginState> again = phone.open(once);
        once.logIn("nova", "even longer");
        again.until("that there is no such account", state -> !state.problem.isEmpty());
    }

    @Test
    public void loggingOutLeavesNothingOnThePhone() {
        Phone anna = phone("User02");
        Phone ben = phone("User03");
        TalkPresenter writes = ben.presenter(id(anna));
        ben.talk(writes);
        Seen<ListState> list = anna.list();
        writes.send("for your eyes");
        list.until("the message", state -> Lines.shows(state, id(ben), "for your eyes", "1"));
        assertFalse(anna.isEmpty());
        SettingsPresenter settings = new SettingsPresenter(anna.hub, anna.names);
        Seen<SettingsState> seen = anna.open(settings);
        assertEquals("Connected", seen.until("connected", state -> state.loggedIn).status);
        settings.logOut();
        list.untilLeft();
        seen.until("that nobody is logged in", state -> !state.loggedIn);
        assertTrue(anna.isEmpty());
        anna.restart();
        anna.onDesk(() -> assertTrue(anna.hub.account() == null));
    }

    @Test
    public void aLoginThatWasEndedElsewhereAsksForThePassword() {
        Phone anna = phone("User04");
        Phone other = phone("User04");
        Seen<ListState> list = anna.list();
        ProfilePresenter profile = new ProfilePresenter(other.hub, other.names);
        Seen<ProfileState> own = other.open(profile);
        own.until("the profile", state -> state.loaded);
        profile.changePassword("demo", "another one", "another one");
        own.untilSaid("Your password is changed.");
        list.untilLeft();
        Seen<LoginState> login = anna.open(new LoginPresenter(anna.hub, anna.names));
        login.until("why", state -> state.notice.contains("Your login has ended.") && state.name.equals("User04"));
    }

    @Test
    public void aPinnedCertificateIsTrustedAndAnotherIsNot() throws Exception {
        String pin = server.digest();
        String other = (pin.charAt(0) == 'a' ? "b" : "a") + pin.substring(1);
        Phone phone = freshPhone();
        String address = "127.0.0.1:" + server.port("tcp-tls");
        SettingsPresenter settings = new SettingsPresenter(phone.hub, phone.names);
        Seen<SettingsState> seen = phone.open(settings);
        settings.setServer(new Server(address, Server.Protection.PIN, "not a pin"));
        seen.untilSaid("This is no SHA-256");
        settings.setServer(new Server("nowhere", Server.Protection.AUTHORITIES, ""));
        seen.untilSaid("Enter the server first");
        LoginPresenter presenter = new LoginPresenter(phone.hub, phone.names);
        Seen<LoginState> login = phone.open(presenter);
        settings.setServer(new Server(address, Server.Protection.PIN, other));
        presenter.logIn("User05", "demo");
        login.until("that it is not trusted", state -> state.problem.contains("The server cannot be reached."));
        settings.setServer(new Server(address, Server.Protection.PIN, pin));
        presenter.logIn("User05", "demo");
        login.untilLeft();
        phone.list().until("a link", state -> state.banner.text.isEmpty());
    }
}
