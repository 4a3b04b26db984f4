package io.longlink.app.screens;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import com.google.protobuf.ByteString;
import io.longlink.app.model.Amendment;
import io.longlink.app.model.Change;
import io.longlink.app.model.History;
import io.longlink.app.model.Item;
import io.longlink.app.model.MemoryHistory;
import io.longlink.app.model.Named;
import io.longlink.app.model.Place;
import io.longlink.app.model.Talk;
import io.longlink.app.model.Unsent;
import io.longlink.app.phone.App;
import io.longlink.v1.ContentType;
import io.longlink.v1.Entry;
import io.longlink.v1.SendRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.SQLiteMode;

/** The history in SQLite tells what the one in memory tells, whatever was written, also after it was opened anew. */
@RunWith(RobolectricTestRunner.class)
@Config(sdk = 35)
@SQLiteMode(SQLiteMode.Mode.NATIVE)
public class HistoryTest {
    private static final long[] PEERS = {-7, 0, 3, 1L << 40};

    private History sqlite = open();
    private final MemoryHistory memory = new MemoryHistory();

    private static History open() {
        return App.history((App) RuntimeEnvironment.getApplication(), "account-test");
    }

    @Test
    public void itIsTheSameAsInMemoryWhateverIsWritten() {
        Random random = new Random(20_240_601);
        for (int step = 0; step < 400; step++) {
            Change change = change(random, step);
            sqlite.write(change);
            memory.write(change);
            if (step % 50 == 49) {
                sqlite.close();
                sqlite = open();
                compare();
            }
        }
        sqlite.erase();
        memory.erase();
        sqlite = open();
        compare();
    }

    private static Change change(Random random, int step) {
        Change change = new Change();
        change.startOver = random.nextInt(100) == 0;
        change.forgetNames = random.nextInt(100) == 0;
        if (random.nextInt(10) == 0) {
            change.place = new Place("epoch " + step, step, random.nextInt(5));
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            long id = 1 + random.nextInt(200);
            // A number of the log is of one conversation for good.
            change.entry(PEERS[(int) (id % PEERS.length)], entry(id, "text " + step, 0));
        }
        if (random.nextInt(4) == 0) {
            long target = 1 + random.nextInt(200);
            change.amendments.add(random.nextBoolean()
                    ? Amendment.recall(target, 1_000 + step)
                    : new Amendment(target, 1_000 + step, 1, ByteString.copyFromUtf8("changed " + step)));
        }
        long peer = PEERS[random.nextInt(PEERS.length)];
        Talk.Facts facts = new Talk.Facts();
        facts.counted = random.nextInt(9);
        facts.countedMentions = random.nextInt(9);
        facts.countedUpTo = random.nextInt();
        facts.mark = random.nextLong() >>> 1;
        facts.theirRead = step;
        facts.theirDelivered = step + 1;
        facts.pinned = random.nextBoolean();
        facts.muted = random.nextBoolean();
        facts.knownFrom = random.nextInt(9);
        facts.whole = random.nextBoolean();
        Item last = random.nextBoolean() ? null : new Item(entry(step + 1, "last", step));
        List<Talk.News> news = random.nextBoolean()
                ? new ArrayList<Talk.News>()
                : Arrays.asList(new Talk.News(step, true), new Talk.News(1L << 50, false));
        change.talk(new Talk(peer, last, news, facts));
        change.names.put(peer, new Named(peer, "n" + step, "昵称", "", "", random.nextBoolean()));
        String id = "id" + random.nextInt(20);
        if (random.nextBoolean()) {
            SendRequest message = SendRequest.newBuilder().setTo(peer).setClientMsgId(id).build();
            change.unsent(new Unsent(message, step, random.nextInt(3) - 1));
        } else {
            change.sent(id);
        }
        return change;
    }

    private static Entry entry(long id, String text, long changedBy) {
        return Entry.newBuilder()
                .setQueueId(id)
                .setFrom(3)
                .setContentType(ContentType.CONTENT_TYPE_TEXT_VALUE)
                .setContent(ByteString.copyFromUtf8(text))
                .setChangedBy(changedBy)
                .build();
    }

    private void compare() {
        assertEquals(describe(memory.load()), describe(sqlite.load()));
        for (long peer : PEERS) {
            assertEquals(memory.page(peer, 0, 1000), sqlite.page(peer, 0, 1000));
            assertEquals(memory.page(peer, 100, 7), sqlite.page(peer, 100, 7));
            assertEquals(memory.find(peer, 42), sqlite.find(peer, 42));
        }
        assertNull(sqlite.find(PEERS[0], 1_000_000));
    }

    private static List<String> describe(History.Saved saved) {
        List<String> all = new ArrayList<>();
        for (Talk talk : saved.talks) {
            Talk.Facts f = talk.facts();
            StringBuilder news = new StringBuilder();
            for (Talk.News one : talk.news) {
                news.append(one.queueId).append(one.mention);
            }
            all.add("talk " + talk.peer + " " + (talk.last == null ? "" : talk.last.entry) + " " + news + " " + f.counted + " "
                    + f.countedMentions + " " + f.countedUpTo + " " + f.mark + " " + f.theirRead + " " + f.theirDelivered
                    + " " + f.pinned + f.muted + " " + f.knownFrom + " " + f.whole);
        }
        for (Named one : saved.names) {
            all.add("name " + one.id + one.name + one.nickname + one.alias + one.picture + one.deleted);
        }
        java.util.Collections.sort(all);
        for (Unsent one : saved.unsent) {
            all.add("unsent " + one.clientMsgId() + " " + one.peer() + " " + one.writtenAtMs + " " + one.refused);
        }
        all.add(saved.place.epoch + " " + saved.place.since + " " + saved.place.keptFrom);
        return all;
    }
}
