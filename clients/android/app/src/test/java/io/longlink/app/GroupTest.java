package io.longlink.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.longlink.app.show.GroupPresenter;
import io.longlink.app.show.GroupState;
import io.longlink.app.show.ListState;
import io.longlink.app.show.NewGroupPresenter;
import io.longlink.app.show.PeoplePresenter;
import io.longlink.app.show.PeopleState;
import io.longlink.app.show.TalkPresenter;
import io.longlink.app.show.TalkRow;
import io.longlink.app.show.TalkState;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.Test;

/** Groups and the real server. */
public class GroupTest extends WithServer {
    private static long group(Phone phone, String name, Long... users) throws Exception {
        NewGroupPresenter making = new NewGroupPresenter(phone.hub, phone.names);
        phone.open(making);
        CompletableFuture<Long> made = new CompletableFuture<>();
        making.create(name, Arrays.asList(users), made::complete);
        return made.get(60, TimeUnit.SECONDS);
    }

    @Test
    public void aGroupIsToldOfInItNamesAreMentionedAndReadersCounted() throws Exception {
        Phone anna = phone("User01");
        Phone ben = phone("User02");
        Seen<ListState> list = ben.list();
        long group = group(anna, "Walks", id(ben));
        list.until("what happened", state -> Lines.shows(state, group, "User01 made the group “Walks”", ""));

        TalkPresenter writes = anna.presenter(group);
        Seen<TalkState> written = anna.talk(writes);
        written.until("the members", state -> state.about.equals("2 members"));
        CompletableFuture<java.util.List<String>> offered = new CompletableFuture<>();
        anna.onDesk(() -> anna.hub.account().groups.members.of(group));
        written.until("that members are known", state -> {
            writes.offer("us", names -> {
                if (!names.isEmpty()) {
                    offered.complete(names);
                }
            });
            return offered.isDone();
        });
        assertEquals(Arrays.asList("User02"), offered.get());
        writes.send("@User02 tomorrow?");
        list.until("a mention", state -> Lines.talk(state, group) != null && Lines.talk(state, group).mentioned);
        assertEquals("User01: @User02 tomorrow?", Lines.talk(list.state(), group).preview);

        Seen<TalkState> read = ben.talk(ben.presenter(group));
        TalkState shown = read.until("the message", state -> Lines.has(state, "@User02 tomorrow?"));
        TalkRow row = Lines.message(shown, "@User02 tomorrow?");
        assertTrue(row.message.toMe);
        assertEquals(Arrays.asList("User02"), row.message.mentioned);
        assertEquals("User01", row.message.author);
        TalkState counted = written.until("a reader", state -> Lines.has(state, "@User02 tomorrow?", TalkRow.State.READ));
        assertEquals(1, Lines.message(counted, "@User02 tomorrow?").message.readers);
        writes.readers(Lines.message(counted, "@User02 tomorrow?").message.queueId);
        written.untilSaid("Read by 1 of 1\nUser02");
    }

    @Test
    public void whoIsMutedOrLeavesIsToldWhyTheyCannotWrite() throws Exception {
        Phone anna = phone("User03");
        Phone ben = phone("User04");
        long group = group(anna, "Rules", id(ben));
        Seen<TalkState> read = ben.talk(ben.presenter(group));
        read.until("the group", state -> state.about.equals("2 members") && state.silence.isEmpty());

        GroupPresenter rules = new GroupPresenter(anna.hub, anna.names, group);
        Seen<GroupState> about = anna.open(rules);
        about.until("who is in it", state -> state.people.size() == 2 && state.owner);
        rules.silence(id(ben), -1);
        read.until("that he is muted", state -> state.silence.contains("until further notice"));
        assertTrue(Lines.says(read.until("the event", state -> Lines.says(state, "muted you")), "User03 muted you"));
        about.until("that it shows", state -> shows(state, id(ben), "muted"));
        rules.silence(id(ben), 0);
        rules.setOnlyAdminsWrite(true);
        read.until("the rule", state -> state.silence.equals("Only admins write in this group."));
        rules.makeAdmin(id(ben), true);
        read.until("that he may", state -> state.silence.isEmpty());

        GroupPresenter leaves = new GroupPresenter(ben.hub, ben.names, group);
        Seen<GroupState> leaving = ben.open(leaves);
        leaving.until("the group", state -> state.admin && !state.owner);
        leaves.leaveGroup();
        leaving.untilLeft();
        read.until("that he left", state -> state.silence.contains("not in this group"));
        about.until("that he is gone", state -> state.people.size() == 1);
    }

    private static boolean shows(GroupState state, long user, String note) {
        for (GroupState.Person person : state.people) {
            if (person.user == user) {
                return person.note.equals(note);
            }
        }
        return false;
    }

    @Test
    public void aLinkBringsSomebodyInWhenAnAdminAccepts() throws Exception {
        Phone anna = phone("User05");
        Phone ben = phone("User06");
        long group = group(anna, "Choir");
        GroupPresenter rules = new GroupPresenter(anna.hub, anna.names, group);
        Seen<GroupState> about = anna.open(rules);
        about.until("the group", state -> state.admin);
        rules.setJoin(2);
        about.until("that one can ask", state -> state.mayLink && state.join == 2);
        CompletableFuture<String> link = new CompletableFuture<>();
        rules.link(false, link::complete);
        PeoplePresenter joins = new PeoplePresenter(ben.hub, ben.names, false);
        Seen<PeopleState> joining = ben.open(joins);
        joins.join("https://chat.example.com/#join/" + link.get(60, TimeUnit.SECONDS), "tenor");
        joining.untilSaid("The admins of “Choir” were asked.");
        rules.detach();
        Seen<GroupState> again = anna.open(rules);
        GroupState asked = again.until("who asks", state -> state.asking.size() == 1);
        assertEquals("tenor", asked.asking.get(0).note);
        Seen<ListState> list = ben.list();
        assertFalse(list.until("a list", state -> true).rows.stream().anyMatch(row -> row.peer == group));
        rules.answer(id(ben), true);
        list.until("the group", state -> Lines.talk(state, group) != null);
    }
}
