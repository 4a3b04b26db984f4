package io.longlink.app.screens;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import android.app.Activity;
import android.app.Notification;
import android.content.Context;
import android.content.Intent;
import android.widget.ListView;
import io.longlink.app.R;
import io.longlink.app.phone.App;
import io.longlink.app.phone.LinkService;
import io.longlink.app.view.GroupActivity;
import io.longlink.app.view.LoginActivity;
import io.longlink.app.view.MainActivity;
import io.longlink.app.view.PeopleActivity;
import io.longlink.app.view.PersonActivity;
import io.longlink.app.view.ProfileActivity;
import io.longlink.app.view.SettingsActivity;
import io.longlink.app.view.TalkActivity;
import io.longlink.client.Content;
import io.longlink.client.Requests;
import io.longlink.client.Server;
import io.longlink.v1.ContactSetRequest;
import io.longlink.v1.GroupCreateRequest;
import java.io.File;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;
import org.robolectric.annotation.SQLiteMode;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowNotificationManager;
import org.robolectric.shadows.ShadowService;

/** The app's own screens, service and database, and the real server: a person's first day with it. */
@RunWith(RobolectricTestRunner.class)
@Config(sdk = 35, qualifiers = "en-w360dp-h720dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@SQLiteMode(SQLiteMode.Mode.NATIVE)
public class ScreensTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Server server;
    private Person ben;

    @Before
    public void start() throws Exception {
        server = new Server(new File(folder.getRoot(), "data"));
        ben = new Person(server.port("tcp"), "User02");
    }

    @After
    public void stop() throws Exception {
        ben.close();
        server.close();
    }

    /** Enters the server and logs in by the screens; gives the list of conversations. */
    private ActivityController<MainActivity> logIn(String pictures) throws Exception {
        SettingsActivity settings = Hand.open(SettingsActivity.class, new Intent()).get();
        Hand.until("the settings", () -> settings.findViewById(R.id.address) != null);
        Hand.type(settings, R.id.address, "127.0.0.1:" + server.port("tcp"));
        Hand.tap(settings, R.id.save);
        ActivityController<LoginActivity> login = Hand.open(LoginActivity.class, new Intent());
        Hand.until("the server's address", () -> Hand.shows(login.get(), ":" + server.port("tcp")));
        Hand.type(login.get(), R.id.name, "User01");
        Hand.type(login.get(), R.id.password, "wrong");
        Hand.tap(login.get(), R.id.submit);
        Hand.until("why not", () -> login.get().findViewById(R.id.problem).isShown());
        Hand.picture(login.get(), pictures + "login");
        Hand.type(login.get(), R.id.password, "demo");
        Hand.tap(login.get(), R.id.submit);
        Hand.until("that it is done", () -> login.get().isFinishing());
        login.pause().stop().destroy();
        ActivityController<MainActivity> list = Hand.open(MainActivity.class, new Intent());
        Hand.until("a link", () -> !list.get().findViewById(R.id.banner).isShown());
        return list;
    }

    private long group(Person maker, String name, long member) {
        GroupCreateRequest.Builder request = GroupCreateRequest.newBuilder();
        request.setName(name).addMembers(member).setClientMsgId("made by the test");
        return maker.ask(Requests.GROUP_CREATE, request.build()).getGroup();
    }

    @Test
    public void aPersonLogsInTalksLosesTheServerAndFindsEverythingAgain() throws Exception {
        ActivityController<MainActivity> list = logIn("");
        long me = me(list.get());
        ben.send(me, Content.text("Are you coming to the lake on Sunday?"));
        long group = group(ben, "Rowing club", me);
        ben.send(group, Content.text("@User01 the boats are ready").mentioning(me));
        ben.ask(Requests.CONTACT_SET, ContactSetRequest.newBuilder().setUser(me).setGreeting("we row together").build());
        Hand.until("both conversations", () -> Hand.shows(list.get(), "on Sunday?") && Hand.shows(list.get(), "Rowing club")
                && Hand.shows(list.get(), "1 person asks"));
        Hand.picture(list.get(), "list");

        // What comes while she looks elsewhere is told of.
        ShadowNotificationManager notices = Shadow.extract(list.get().getSystemService(Context.NOTIFICATION_SERVICE));
        Hand.until("two notices", () -> notices.size() == 2);
        Notification notice = notices.getNotification("talk" + ben.id(), 1);
        assertEquals("User02", notice.extras.getString(Notification.EXTRA_TITLE));
        assertEquals("Are you coming to the lake on Sunday?", notice.extras.getString(Notification.EXTRA_TEXT));

        Intent open = TalkActivity.of(list.get(), ben.id());
        ActivityController<TalkActivity> talk = Hand.open(TalkActivity.class, open);
        Hand.until("the message", () -> Hand.shows(talk.get(), "on Sunday?"));
        Hand.until("that its notice is gone", () -> notices.getNotification("talk" + ben.id(), 1) == null);
        Hand.type(talk.get(), R.id.field, "Yes, with both boats. 我带茶。");
        Hand.tap(talk.get(), R.id.send);
        Hand.until("what she wrote", () -> Hand.shows(talk.get(), "with both boats"));
        ben.send(me, Content.text("Then I bring the oars"));
        Hand.until("the answer", () -> Hand.shows(talk.get(), "the oars"));
        server.kill();
        Hand.until("that there is no connection", () -> talk.get().findViewById(R.id.banner).isShown());
        Hand.type(talk.get(), R.id.field, "And the cake is on me");
        Hand.tap(talk.get(), R.id.send);
        Hand.until("what waits", () -> Hand.shows(talk.get(), "cake"));
        Hand.picture(talk.get(), "talk-offline");
        talk.pause().stop().destroy();

        // Without a server everything is there from the phone's database, what waits too.
        ActivityController<TalkActivity> again = Hand.open(TalkActivity.class, open);
        Hand.until("what was kept", () -> Hand.shows(again.get(), "on Sunday?") && Hand.shows(again.get(), "cake"));
        again.pause().stop().destroy();
        list.pause().stop().destroy();
    }

    private static long me(Activity screen) {
        return App.of(screen).hub().account().me;
    }

    @Test
    public void everyScreenIsDrawnOfWhatThereIs() throws Exception {
        ActivityController<MainActivity> list = logIn("x-");
        long me = me(list.get());
        long group = group(ben, "Rowing club", me);
        for (int i = 1; i <= 12; i++) {
            ben.send(group, Content.text("Message number " + i + " of the morning"));
        }
        ben.send(group, Content.text("@User01 who has the key?").mentioning(me));
        ActivityController<TalkActivity> talk = Hand.open(TalkActivity.class, TalkActivity.of(list.get(), group));
        Hand.until("the newest", () -> Hand.shows(talk.get(), "who has the key?"));
        Hand.type(talk.get(), R.id.field, "I do");
        Hand.tap(talk.get(), R.id.send);
        Hand.until("what she wrote", () -> Hand.shows(talk.get(), "I do"));
        ListView rows = (ListView) talk.get().findViewById(R.id.rows);
        assertTrue("the end is in view", rows.getLastVisiblePosition() >= rows.getCount() - 2);
        Hand.picture(talk.get(), "talk-group");
        talk.pause().stop();

        ActivityController<PeopleActivity> people = Hand.open(PeopleActivity.class, new Intent());
        Hand.until("people", () -> Hand.shows(people.get(), "User08") || Hand.shows(people.get(), "User05"));
        Hand.picture(people.get(), "people");
        people.pause().stop();

        Intent card = new Intent().putExtra("user", ben.id());
        ActivityController<PersonActivity> person = Hand.open(PersonActivity.class, card);
        Hand.until("a card", () -> Hand.shows(person.get(), "User02"));
        Hand.picture(person.get(), "person");
        person.pause().stop();

        ActivityController<GroupActivity> about =
                Hand.open(GroupActivity.class, new Intent().putExtra("group", group));
        Hand.until("the members", () -> Hand.shows(about.get(), "owner"));
        Hand.picture(about.get(), "group");
        about.pause().stop();

        ActivityController<ProfileActivity> profile = Hand.open(ProfileActivity.class, new Intent());
        Hand.until("the profile", () -> profile.get().findViewById(R.id.nickname) != null);
        Hand.picture(profile.get(), "profile");
        profile.pause().stop();

        ActivityController<SettingsActivity> settings = Hand.open(SettingsActivity.class, new Intent());
        Hand.until("the settings", () -> settings.get().findViewById(R.id.log_out) != null);
        Hand.picture(settings.get(), "settings");
        Hand.tap(settings.get(), R.id.log_out);
        Hand.until("that she is out", () -> settings.get().isFinishing() && list.get().isFinishing());
        assertNotNull(Hand.opened(list.get()));
    }

    @Test
    @Config(sdk = 35, qualifiers = "zh-rCN-w360dp-h720dp-night-xhdpi")
    public void byNightAndInChineseItIsTheSame() throws Exception {
        ActivityController<MainActivity> list = logIn("night-");
        long me = me(list.get());
        ben.send(me, Content.text("周日去湖边吗？"));
        Hand.until("the message", () -> Hand.shows(list.get(), "周日去湖边吗？") && Hand.shows(list.get(), "会话"));
        Hand.picture(list.get(), "night-list");
        ActivityController<TalkActivity> talk = Hand.open(TalkActivity.class, TalkActivity.of(list.get(), ben.id()));
        Hand.until("the message", () -> Hand.shows(talk.get(), "周日去湖边吗？"));
        Hand.type(talk.get(), R.id.field, "去，我带茶。");
        Hand.tap(talk.get(), R.id.send);
        Hand.until("what she wrote", () -> Hand.shows(talk.get(), "我带茶"));
        Hand.picture(talk.get(), "night-talk");
    }

    @Test
    public void theServiceSaysThatItHoldsTheLink() throws Exception {
        logIn("s-");
        LinkService service = Robolectric.buildService(LinkService.class).create().startCommand(0, 1).get();
        ShadowService shadow = Shadow.extract(service);
        Notification notification = shadow.getLastForegroundNotification();
        assertNotNull(notification);
        Hand.until("that messages arrive", () -> "Messages arrive".equals(
                shadow.getLastForegroundNotification().extras.getString(Notification.EXTRA_TEXT)));
        service.onDestroy();
    }
}
