package io.longlink.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import io.longlink.v1.Command;
import io.longlink.v1.Entry;
import io.longlink.v1.HelloRequest;
import io.longlink.v1.MarkDeliveredRequest;
import io.longlink.v1.Resume;
import io.longlink.v1.ResumeOutcome;
import io.longlink.v1.TypingPush;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.junit.Test;

/** Entries: each once, in order, and none left out. */
public class ReceivingTest {
    private final World world = new World();

    @Test
    public void a_first_login_asks_for_nothing_of_before_and_the_next_one_goes_on() throws Exception {
        FakeWire wire = world.start().wire().opens();
        Frame hello = wire.next(Command.COMMAND_HELLO);
        assertFalse(HelloRequest.parseFrom(hello.body).hasResume());
        wire.replies(hello, World.welcome().build());
        wire.pushesEntries(World.entry(11, 3), World.entry(14, 3));
        wire.breaks("connection lost: reset");
        assertEquals(place(World.EPOCH, 14), resumeOf(world.nextWire().opens()));
        assertEquals(place(World.EPOCH, 14), resumeOf(world.restarted().start().wire().opens()));
    }

    @Test
    public void an_entry_that_comes_twice_is_given_once() {
        FakeWire wire = world.online();
        wire.pushesEntries(World.entry(11, 3), World.entry(12, 3));
        wire.pushesEntries(World.entry(12, 3), World.entry(13, 3));
        wire.pushesEntries(World.entry(10, 3));
        assertEquals(Arrays.asList(11L, 12L, 13L), world.told.entries);
    }

    @Test
    public void what_one_sent_oneself_is_not_given_again_after_a_reconnect() {
        FakeWire wire = world.online();
        world.send(3, "a");
        wire.replies(wire.next(Command.COMMAND_SEND), World.kept(12));
        wire.pushesEntries(World.entry(11, 3));
        wire.breaks("connection lost: reset");
        FakeWire next = world.nextWire().welcomes(continued().build());
        next.pushesEntries(World.entry(12, World.ME), World.entry(13, World.ME));
        assertEquals("13 was written on another device", Arrays.asList(11L, 13L), world.told.entries);
        next.breaks("connection lost: reset");
        assertEquals(13, resumeOf(world.nextWire().opens()).getCursor());
    }

    @Test
    public void another_epoch_starts_over_whatever_the_outcome_says() {
        for (ResumeOutcome outcome : Arrays.asList(
                ResumeOutcome.RESUME_OUTCOME_LIVE,
                ResumeOutcome.RESUME_OUTCOME_CONTINUED,
                ResumeOutcome.RESUME_OUTCOME_START_OVER)) {
            World one = new World();
            one.online().breaks("connection lost: reset");
            FakeWire wire = one.nextWire().welcomes(World.welcome().setEpoch("another").setResumed(outcome).build());
            assertEquals(Collections.singletonList("another"), one.told.epochs);
            wire.pushesEntries(World.entry(1, 3));
            assertEquals(Collections.singletonList(1L), one.told.entries);
            wire.breaks("connection lost: reset");
            assertEquals(place("another", 1), resumeOf(one.nextWire().opens()));
        }
    }

    @Test
    public void the_cursor_is_kept_only_when_the_app_is_done_with_the_entries() {
        Later later = new Later();
        world.executor = later;
        FakeWire wire = world.online();
        later.runAll();
        wire.pushesEntries(World.entry(11, 3));
        assertEquals("nothing is taken yet", place(World.EPOCH, 10), keptPlace());
        later.runAll();
        world.loop.settle();
        assertEquals(Collections.singletonList(11L), world.told.entries);
        assertEquals(place(World.EPOCH, 11), keptPlace());
    }

    @Test
    public void a_listener_that_throws_ends_the_client_and_gets_the_same_again_at_the_next_start() {
        world.told = new Told() {
            @Override
            public void onEntries(List<Entry> more) {
                if (more.get(0).getQueueId() == 12) {
                    throw new IllegalStateException("no room in the database");
                }
                super.onEntries(more);
            }
        };
        FakeWire wire = world.online();
        wire.pushesEntries(World.entry(11, 3));
        try {
            wire.pushesEntries(World.entry(12, 3));
            throw new AssertionError("the app's own handler is to see it");
        } catch (IllegalStateException seen) {
            assertEquals("no room in the database", seen.getMessage());
        }
        wire.pushesEntries(World.entry(13, 3));
        assertEquals(Collections.singletonList(11L), world.told.entries);
        assertEquals(Ended.Kind.APP_FAILED, world.owner.state().ended().kind());
        assertEquals(place(World.EPOCH, 11), resumeOf(world.restarted().start().wire().opens()));
    }

    @Test
    public void while_the_app_is_behind_nothing_more_is_read_and_the_server_is_not_blamed() {
        Later later = new Later();
        world.executor = later;
        world.settings.eventsMax(4);
        FakeWire wire = world.online();
        later.runAll();
        world.loop.settle();
        int taken = wire.taken;
        world.send(3, "a");
        Frame send = wire.next(Command.COMMAND_SEND);
        for (int i = 0; i < 10; i++) {
            wire.pushesEntries(World.entry(11 + i, 3));
        }
        assertTrue("taken " + (wire.taken - taken), wire.taken - taken < 5);
        world.loop.pass(240_000);
        assertTrue("noops go on", wire.saidNoop());
        world.loop.pass(100_000);
        assertFalse(wire.isClosed);
        later.runAll();
        world.loop.settle();
        assertEquals(10, world.told.entries.size());
        assertEquals(taken + 10, wire.taken);
        wire.replies(send, World.kept(30));
        later.runAll();
        assertEquals(Collections.singletonList("id-a"), world.told.sent);
        world.loop.pass(7_999);
        assertFalse("its time to echo begins now", wire.isClosed);
    }

    @Test
    public void a_client_whose_app_takes_nothing_comes_to_rest() {
        Later later = new Later();
        world.executor = later;
        world.settings.eventsMax(2);
        world.online().breaks("connection lost: reset");
        world.loop.pass(600_000);
        assertEquals(1, world.wires.size());
        later.runAll();
        world.loop.settle();
        assertEquals(2, world.wires.size());
    }

    @Test
    public void that_entries_have_arrived_is_told_once_a_second_and_one_at_a_time() throws Exception {
        FakeWire wire = world.online();
        wire.pushesEntries(World.entry(11, 3));
        Frame first = wire.next(Command.COMMAND_MARK_DELIVERED);
        assertEquals(11, MarkDeliveredRequest.parseFrom(first.body).getUpTo());
        wire.pushesEntries(World.entry(12, 3));
        wire.pushesEntries(World.entry(13, 3));
        world.loop.pass(2_000);
        assertTrue("the first has no answer yet", wire.saidNothing());
        wire.replies(first, io.longlink.v1.MarkDeliveredReply.getDefaultInstance());
        Frame second = wire.next(Command.COMMAND_MARK_DELIVERED);
        assertEquals(13, MarkDeliveredRequest.parseFrom(second.body).getUpTo());
        wire.refuses(second, io.longlink.v1.Code.CODE_UNKNOWN_COMMAND);
        wire.pushesEntries(World.entry(14, 3));
        world.loop.pass(2_000);
        assertTrue("a server that does not know it is told no more", wire.saidNothing());
    }

    @Test
    public void a_gap_is_one_when_what_is_kept_begins_behind_the_cursor() {
        assertFalse(new LoggedIn(World.welcome().setKeptFrom(0).build(), 10).hasGap());
        assertFalse(new LoggedIn(World.welcome().setKeptFrom(11).build(), 10).hasGap());
        assertTrue(new LoggedIn(World.welcome().setKeptFrom(12).build(), 10).hasGap());
        assertFalse(new LoggedIn(World.welcome().setKeptFrom(5).build(), Long.MAX_VALUE).hasGap());
    }

    @Test
    public void a_storage_that_cannot_be_read_is_no_reason_to_begin_anew() {
        world.storage = new Storage() {
            @Override
            public byte[] read(String name) throws IOException {
                throw new IOException("input/output error");
            }

            @Override
            public void write(String name, byte[] value) {}

            @Override
            public void remove(String name) {}

            @Override
            public List<String> names() {
                return Collections.emptyList();
            }
        };
        world.start();
        assertEquals("the storage failed: input/output error", world.owner.state().ended().toString());
        assertTrue(world.wires.isEmpty());
    }

    @Test
    public void a_damaged_place_reads_everything_anew_and_leaves_none_out() throws Exception {
        world.online();
        world.storage.write("place", new byte[] {0x7f});
        Resume resume = resumeOf(world.restarted().start().wire().opens());
        assertEquals(place("", 0), resume);
    }

    @Test
    public void what_the_server_says_and_nobody_can_read_breaks_the_link_and_not_the_client() {
        FakeWire wire = world.online();
        wire.pushes(Command.COMMAND_PUSH_ENTRIES, TypingPush.newBuilder().setUser(1).setPeer(2).build());
        assertFalse("a push that reads as another one is none of our business", wire.isClosed);
        assertNull(world.owner.state().ended());
    }

    private static Resume place(String epoch, long cursor) {
        return Resume.newBuilder().setEpoch(epoch).setCursor(cursor).build();
    }

    private static io.longlink.v1.HelloReply.Builder continued() {
        return World.welcome().setResumed(ResumeOutcome.RESUME_OUTCOME_CONTINUED);
    }

    private static Resume resumeOf(FakeWire wire) {
        try {
            return HelloRequest.parseFrom(wire.next(Command.COMMAND_HELLO).body).getResume();
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    private Resume keptPlace() {
        try {
            return new Kept(world.storage).place();
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    /** An app's thread that has other things to do until it is told to. */
    private final class Later implements java.util.concurrent.Executor {
        private final Deque<Runnable> tasks = new ArrayDeque<>();

        @Override
        public void execute(Runnable task) {
            tasks.addLast(task);
        }

        void runAll() {
            while (!tasks.isEmpty()) {
                tasks.pollFirst().run();
                world.loop.settle();
            }
        }
    }
}
