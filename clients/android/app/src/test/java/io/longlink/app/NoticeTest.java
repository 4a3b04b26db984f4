package io.longlink.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import io.longlink.app.model.NoticeBoard;
import io.longlink.app.show.ListPresenter;
import io.longlink.app.show.ListState;
import io.longlink.app.show.TalkPresenter;
import io.longlink.app.show.TalkRow;
import io.longlink.app.show.TalkState;
import java.util.Arrays;
import org.junit.Test;

/** What is told of while nobody looks, with the real server. */
public class NoticeTest extends WithServer {
    private static NoticeBoard.Notice notice(Phone phone, long peer) {
        synchronized (phone.notices) {
            return phone.notices.get(peer);
        }
    }

    @Test
    public void newsMakesOneNoticeWhichGoesWhenItIsReadOrTakenBack() {
        Phone anna = phone("User01");
        Phone ben = phone("User02");
        Seen<ListState> list = ben.list();
        TalkPresenter writes = anna.presenter(id(ben));
        Seen<TalkState> written = anna.talk(writes);
        writes.send("one");
        writes.send("two");
        list.until("both, and from whom", state -> Lines.shows(state, id(anna), "two", "2")
                && Lines.talk(state, id(anna)).name.equals("User01"));
        NoticeBoard.Notice notice = notice(ben, id(anna));
        assertEquals("User01", notice.title);
        assertEquals(Arrays.asList("one", "two"), notice.lines);
        assertEquals(2, notice.number);

        TalkRow two = Lines.message(written.until("kept", state -> Lines.has(state, "two") && Lines.message(state, "two").message.queueId > 0), "two");
        writes.recall(two.message.queueId);
        list.until("that it was taken back", state -> Lines.talk(state, id(anna)).preview.contains("took a message back"));
        assertEquals(Arrays.asList("one"), notice(ben, id(anna)).lines);

        Seen<TalkState> read = ben.talk(ben.presenter(id(anna)));
        read.until("the message", state -> Lines.has(state, "one"));
        list.until("read", state -> Lines.talk(state, id(anna)).unread.isEmpty());
        ben.onDesk(() -> {});
        assertNull(notice(ben, id(anna)));
        writes.send("three");
        read.until("what comes while he looks", state -> Lines.has(state, "three"));
        assertNull(notice(ben, id(anna)));
    }

    @Test
    public void ofMutedConversationsNothingIsTold() {
        Phone anna = phone("User03");
        Phone ben = phone("User04");
        ListPresenter mutes = new ListPresenter(ben.hub, ben.names);
        Seen<ListState> list = ben.open(mutes);
        TalkPresenter writes = anna.presenter(id(ben));
        anna.talk(writes);
        writes.send("first");
        list.until("the message", state -> Lines.shows(state, id(anna), "first", "1"));
        mutes.mute(id(anna), true);
        list.until("muted", state -> Lines.talk(state, id(anna)).muted);
        assertNull("what was told of before goes, too", notice(ben, id(anna)));
        writes.send("second");
        list.until("the second", state -> Lines.shows(state, id(anna), "second", "2"));
        assertNull(notice(ben, id(anna)));
        mutes.pin(id(anna), true);
        list.until("pinned, and still muted", state -> state.rows.get(0).pinned && state.rows.get(0).muted);
    }
}
