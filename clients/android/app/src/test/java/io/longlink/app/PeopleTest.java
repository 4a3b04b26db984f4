package io.longlink.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.longlink.app.show.ListState;
import io.longlink.app.show.PeoplePresenter;
import io.longlink.app.show.PeopleState;
import io.longlink.app.show.PersonPresenter;
import io.longlink.app.show.PersonState;
import io.longlink.app.show.ProfilePresenter;
import io.longlink.app.show.ProfileState;
import io.longlink.app.show.TalkPresenter;
import io.longlink.app.show.TalkRow;
import io.longlink.app.show.TalkState;
import org.junit.Test;

/** Contacts, profiles, blocks, and the real server. */
public class PeopleTest extends WithServer {
    @Test
    public void askingAndAcceptingMakesContactsWithAnAliasAndPresence() {
        Phone anna = phone("User01");
        Phone ben = phone("User02");
        PersonPresenter asks = new PersonPresenter(anna.hub, anna.names, id(ben));
        Seen<PersonState> card = anna.open(asks);
        card.until("his name", state -> state.name.equals("User02"));
        asks.ask("we met");
        card.until("that he was asked", state -> state.relation == PersonState.Relation.ASKED);

        Seen<ListState> list = ben.list();
        list.until("that somebody asks", state -> state.asking.equals("1 person asks"));
        PeoplePresenter answers = new PeoplePresenter(ben.hub, ben.names, false);
        Seen<PeopleState> people = ben.open(answers);
        PeopleState.Row row = people.until("who asks", state -> find(state, id(anna)) != null && find(state, id(anna)).asks)
                .rows.stream().filter(one -> one.peer == id(anna)).findFirst().get();
        assertEquals("we met", row.hint);
        answers.answer(id(anna), true);
        card.until("contacts, and that he is online", state ->
                state.relation == PersonState.Relation.CONTACT && state.presence.equals("Online"));
        asks.note("Benny", "likes tea");
        card.until("the alias", state -> state.name.equals("Benny") && state.remark.equals("likes tea"));
        Seen<ListState> ours = anna.list();
        anna.presenter(id(ben)).send("hi");
        ours.until("the alias in the list", state -> Lines.talk(state, id(ben)) != null && Lines.talk(state, id(ben)).name.equals("Benny"));
    }

    private static PeopleState.Row find(PeopleState state, long peer) {
        for (PeopleState.Row row : state.rows) {
            if (!row.isHeading() && row.peer == peer) {
                return row;
            }
        }
        return null;
    }

    @Test
    public void aNicknameIsShownToOthersAndBlockedMessagesAreRefusedInWords() {
        Phone anna = phone("User03");
        Phone ben = phone("User04");
        ProfilePresenter profile = new ProfilePresenter(ben.hub, ben.names);
        Seen<ProfileState> own = ben.open(profile);
        own.until("the profile", state -> state.loaded);
        profile.save("Benjamin", 1, "plays the cello");
        own.untilSaid("Saved");
        PersonPresenter looks = new PersonPresenter(anna.hub, anna.names, id(ben));
        Seen<PersonState> card = anna.open(looks);
        PersonState shown = card.until("his nickname", state -> state.name.equals("Benjamin"));
        assertEquals("@User04 · Man", shown.others);
        assertEquals("plays the cello", shown.bio);

        PersonPresenter blocks = new PersonPresenter(ben.hub, ben.names, id(anna));
        Seen<PersonState> blocked = ben.open(blocks);
        blocked.until("her card", state -> !state.blocked);
        blocks.block(true);
        blocked.until("that she is blocked", state -> state.blocked);
        TalkPresenter writes = anna.presenter(id(ben));
        Seen<TalkState> written = anna.talk(writes);
        writes.send("hello?");
        TalkState refused = written.until("refused", state -> Lines.has(state, "hello?", TalkRow.State.FAILED));
        TalkRow row = Lines.message(refused, "hello?");
        assertEquals("You may not write here.", row.message.problem);
        blocks.block(false);
        blocked.until("that she is not", state -> !state.blocked);
        writes.retry(row.message.clientMsgId);
        written.until("sent", state -> Lines.message(state, "hello?").message.queueId > 0);
    }

    @Test
    public void everyoneIsListedAndFoundByTheBeginningOfTheName() {
        Phone anna = phone("User05");
        PeoplePresenter finds = new PeoplePresenter(anna.hub, anna.names, false);
        Seen<PeopleState> people = anna.open(finds);
        people.until("everybody", state -> state.rows.size() >= 8);
        finds.search("user08");
        PeopleState found = people.until("one", state -> state.rows.size() == 2);
        assertTrue(found.rows.get(0).isHeading());
        assertEquals("User08", found.rows.get(1).name);
        finds.search("nobody at all");
        people.until("none", state -> state.note.equals("Nobody by that name"));
    }
}
