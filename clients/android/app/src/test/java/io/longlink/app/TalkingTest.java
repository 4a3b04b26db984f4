package io.longlink.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.longlink.app.show.ListState;
import io.longlink.app.show.TalkPresenter;
import io.longlink.app.show.TalkRow;
import io.longlink.app.show.TalkState;
import org.junit.Test;

/** Two people and the real server: what is written, and what becomes of it on both screens. */
public class TalkingTest extends WithServer {
    @Test
    public void aMessageIsKeptThenArrivesAndIsReadAndTheUnreadCountGoes() {
        Phone anna = phone("User01");
        Phone ben = phone("User02");
        Seen<ListState> list = ben.list();
        TalkPresenter writes = anna.presenter(id(ben));
        Seen<TalkState> written = anna.talk(writes);
        written.until("an open conversation", state -> !state.rows.isEmpty());
        writes.send("hello Ben");
        written.until("that it has arrived", state -> Lines.has(state, "hello Ben", TalkRow.State.DELIVERED));
        list.until("an unread line", state -> Lines.shows(state, id(anna), "hello Ben", "1"));

        TalkPresenter reads = ben.presenter(id(anna));
        Seen<TalkState> read = ben.talk(reads);
        read.until("the message behind a mark", state -> Lines.has(state, "hello Ben") && Lines.says(state, "New"));
        written.until("that it is read", state -> Lines.has(state, "hello Ben", TalkRow.State.READ));
        list.until("that nothing is unread", state -> Lines.shows(state, id(anna), "hello Ben", ""));
        assertEquals("User02", written.state().title);
    }

    @Test
    public void anAnswerQuotesAnEditChangesBothScreensAndARecallTakesBack() {
        Phone anna = phone("User03");
        Phone ben = phone("User04");
        TalkPresenter writes = anna.presenter(id(ben));
        Seen<TalkState> written = anna.talk(writes);
        TalkPresenter reads = ben.presenter(id(anna));
        Seen<TalkState> read = ben.talk(reads);
        writes.send("at seven?");
        TalkRow question = Lines.message(read.until("the question", state -> Lines.has(state, "at seven?")), "at seven?");
        reads.reply(question.message.queueId);
        read.until("what is answered", state -> state.composingTitle.contains("User03") && state.composingText.equals("at seven?"));
        reads.send("yes");
        TalkState both = written.until("the answer", state -> Lines.has(state, "yes"));
        assertEquals("at seven?", Lines.message(both, "yes").message.quoteText);
        assertEquals("You", Lines.message(both, "yes").message.quoteAuthor);
        assertTrue(read.state().composingTitle.isEmpty());

        TalkRow mine = Lines.message(both, "at seven?");
        assertTrue(mine.message.mayEdit);
        writes.edit(mine.message.queueId);
        written.until("its text in the field", state -> state.draft.equals("at seven?"));
        writes.send("at eight?");
        TalkState changed = read.until("the change", state -> Lines.has(state, "at eight?"));
        assertTrue(Lines.message(changed, "at eight?").message.edited);
        assertEquals("a quote changes with what it quotes", "at eight?", Lines.message(changed, "yes").message.quoteText);

        writes.recall(mine.message.queueId);
        read.until("that it was taken back", state -> Lines.has(state, "This message was taken back"));
        written.until("the same here", state -> Lines.has(state, "You took this message back"));
        assertFalse(Lines.has(read.state(), "at eight?"));
    }

    @Test
    public void typingIsShownAndGoesWithTheMessage() {
        Phone anna = phone("User05");
        Phone ben = phone("User06");
        TalkPresenter writes = anna.presenter(id(ben));
        Seen<TalkState> written = anna.talk(writes);
        Seen<TalkState> read = ben.talk(ben.presenter(id(anna)));
        read.until("an open conversation", state -> state.banner.text.isEmpty());
        written.until("a link", state -> state.banner.text.isEmpty());
        writes.type();
        read.until("that she is typing", state -> state.about.equals("User05 is typing…"));
        writes.send("now");
        read.until("that she no longer is", state -> Lines.has(state, "now") && !state.about.contains("typing"));
    }

    @Test
    public void anotherDeviceSeesWhatOneWroteAndWhatOneHasRead() {
        Phone anna = phone("User07");
        Phone ben = phone("User08");
        Phone tablet = phone("User08");
        Seen<ListState> list = tablet.list();
        TalkPresenter writes = anna.presenter(id(ben));
        anna.talk(writes);
        writes.send("one");
        list.until("unread on the tablet", state -> Lines.shows(state, id(anna), "one", "1"));
        TalkPresenter answers = ben.presenter(id(anna));
        Seen<TalkState> read = ben.talk(answers);
        read.until("read on the phone", state -> Lines.has(state, "one"));
        list.until("read on the tablet, too", state -> Lines.shows(state, id(anna), "one", ""));
        answers.send("two");
        list.until("what the phone wrote", state -> Lines.shows(state, id(anna), "You: two", ""));
    }

    @Test
    public void olderMessagesAreReadFromTheServerAndThenKept() {
        Phone anna = phone("User01");
        Phone ben = phone("User03");
        TalkPresenter writes = anna.presenter(id(ben));
        Seen<TalkState> written = anna.talk(writes);
        for (int i = 1; i <= 70; i++) {
            writes.send("line " + i);
        }
        written.until("all kept", state -> Lines.message(state, "line 70") != null
                && Lines.message(state, "line 70").message.state != TalkRow.State.WAITING);
        // A new phone has nothing of it.
        Phone fresh = phone("User03");
        TalkPresenter reads = fresh.presenter(id(anna));
        Seen<TalkState> read = fresh.talk(reads);
        read.until("the last page", state -> Lines.has(state, "line 70") && !Lines.has(state, "line 20"));
        reads.older();
        read.until("the page before", state -> Lines.has(state, "line 1") && Lines.has(state, "line 70"));
        fresh.restart();
        Seen<TalkState> again = fresh.talk(fresh.presenter(id(anna)));
        again.until("what was kept", state -> Lines.has(state, "line 70"));
        assertEquals(1, Lines.count(again.state(), "line 70"));
    }
}
