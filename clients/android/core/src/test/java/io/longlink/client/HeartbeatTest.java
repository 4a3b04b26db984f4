package io.longlink.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.longlink.v1.CloseReason;
import io.longlink.v1.Command;
import io.longlink.v1.HistoryReply;
import io.longlink.v1.HistoryRequest;
import org.junit.Test;

/** When noop is said, and when a silence is too long; how the rhythm is learnt. */
public class HeartbeatTest {
    private static final long SERVERS = 240_000;

    private final World world = new World();

    @Test
    public void noop_is_said_as_often_as_the_server_tells() {
        FakeWire wire = world.online();
        for (int i = 0; i < 5; i++) {
            world.loop.pass(SERVERS - 1);
            assertFalse(wire.saidNoop());
            world.loop.pass(1);
            assertTrue(wire.saidNoop());
            wire.echoes();
        }
        assertEquals(State.Kind.ONLINE, world.state());
    }

    @Test
    public void a_noop_without_an_echo_for_8_s_ends_the_link() {
        FakeWire wire = world.online();
        world.loop.pass(SERVERS);
        assertTrue(wire.saidNoop());
        world.loop.pass(7_999);
        assertFalse(wire.isClosed);
        world.loop.pass(1);
        assertTrue(wire.isClosed);
        assertEquals("the server has gone silent", world.owner.state().why());
    }

    @Test
    public void a_link_that_moves_is_not_silent() {
        FakeWire wire = world.online();
        world.loop.pass(SERVERS);
        for (int i = 0; i < 10; i++) {
            world.loop.pass(5_000);
            wire.bringsSome();
        }
        assertFalse(wire.isClosed);
        world.loop.pass(8_000);
        assertTrue(wire.isClosed);
    }

    @Test
    public void a_client_that_writes_all_day_still_asks_whether_it_is_heard() {
        FakeWire wire = world.online();
        for (int i = 0; i < 60 && !wire.isClosed; i++) {
            world.owner.calls().request(Requests.HISTORY, HistoryRequest.getDefaultInstance(), null, false);
            world.loop.pass(1_000);
        }
        assertTrue("a request without a reply for 12 s", wire.isClosed);
    }

    @Test
    public void a_request_without_a_word_from_the_server_for_12_s_ends_the_link() {
        FakeWire wire = world.online();
        Answer<HistoryReply> answer = new Answer<>();
        world.owner.calls().request(Requests.HISTORY, HistoryRequest.getDefaultInstance(), answer, false);
        world.loop.pass(11_999);
        assertFalse(wire.isClosed);
        world.loop.pass(100);
        assertTrue(wire.isClosed);
        assertEquals(Failure.Kind.DISCONNECTED, answer.failure.kind());
        assertEquals("no answer to COMMAND_HISTORY", world.owner.state().why());
    }

    @Test
    public void in_the_background_it_grows_while_the_network_bears_it_and_stays_at_580_s() {
        world.owner = null;
        FakeWire wire = world.online();
        world.owner.setForeground(false);
        long interval = SERVERS;
        // Three trials on this link, and then five at each level.
        bear(wire, interval, 5);
        for (int level = 0; level < 5; level++) {
            interval += 60_000;
            bear(wire, interval, 5);
        }
        bear(wire, 580_000, 20);
        assertEquals(1, world.wires.size());
        world.owner.setForeground(true);
        world.loop.settle();
        wire.saidNoop();
        wire.echoes();
        bear(wire, SERVERS, 2);
    }

    @Test
    public void where_it_is_too_slow_twice_it_steps_back_and_stays_there() {
        FakeWire wire = world.online();
        world.owner.setForeground(false);
        bear(wire, SERVERS, 5);
        bear(wire, SERVERS + 60_000, 5);
        for (int i = 0; i < 2; i++) {
            world.loop.pass(SERVERS + 120_000);
            assertTrue(wire.saidNoop());
            world.loop.pass(8_000);
            assertTrue(wire.isClosed);
            wire = world.nextWire().welcomes(World.welcome().build());
            bear(wire, SERVERS, 3);
        }
        bear(wire, SERVERS + 40_000, 50);
    }

    @Test
    public void what_was_learnt_is_the_networks_own_and_outlives_the_process() {
        FakeWire wire = world.online();
        world.owner.networkChanged("wifi/home");
        world.owner.setForeground(false);
        bear(wire, SERVERS, 5);
        bear(wire, SERVERS + 60_000, 1);
        world.owner.networkChanged("mobile/one");
        world.loop.settle();
        wire = world.wire().welcomes(World.welcome().build());
        bear(wire, SERVERS, 4);

        World next = world.restarted();
        wire = next.online();
        next.owner.networkChanged("wifi/home");
        next.owner.setForeground(false);
        next.loop.settle();
        bear(next, wire, SERVERS, 3);
        bear(next, wire, SERVERS + 60_000, 1);
    }

    @Test
    public void a_server_that_says_goodbye_teaches_nothing_of_the_network() {
        FakeWire wire = world.online();
        world.owner.setForeground(false);
        bear(wire, SERVERS, 5);
        for (int i = 0; i < 4; i++) {
            world.loop.pass(SERVERS + 60_000);
            wire.closesBy(CloseReason.CLOSE_REASON_SHUTDOWN);
            wire = world.nextWire().welcomes(World.welcome().build());
            bear(wire, SERVERS, 3);
        }
        bear(wire, SERVERS + 60_000, 2);
    }

    @Test
    public void a_sleep_is_no_silence_of_the_servers() {
        FakeWire wire = world.online();
        world.owner.calls().request(Requests.HISTORY, HistoryRequest.getDefaultInstance(), null, false);
        wire.next(Command.COMMAND_HISTORY);
        world.loop.jump(60_000);
        assertFalse("what came meanwhile is still to be read", wire.isClosed);
        world.loop.pass(12_100);
        assertTrue(wire.isClosed);
    }

    @Test
    public void after_a_long_sleep_the_server_has_5_s_to_show_that_it_is_there() {
        FakeWire wire = world.online();
        world.loop.jump(SERVERS + 20 * 60_000);
        assertTrue("a noop at once", wire.saidNoop());
        world.loop.pass(4_999);
        assertFalse(wire.isClosed);
        world.loop.pass(1);
        assertTrue(wire.isClosed);
    }

    @Test
    public void who_comes_to_look_finds_out_at_once_whether_the_link_is_dead() {
        FakeWire wire = world.online();
        world.owner.setForeground(false);
        world.loop.pass(100_000);
        assertFalse(wire.saidNoop());
        world.owner.setForeground(true);
        assertTrue(wire.saidNoop());
        world.loop.pass(8_000);
        assertTrue(wire.isClosed);
    }

    @Test
    public void an_alarm_is_set_for_the_next_noop_and_only_when_it_is_sooner_than_the_one_before() {
        java.util.List<Long> alarms = new java.util.ArrayList<>();
        world.settings.alarm(alarms::add);
        FakeWire wire = world.online();
        alarms.clear();
        for (int i = 0; i < 100; i++) {
            world.loop.pass(10_000);
            wire.bringsSome();
            if (wire.saidNoop()) {
                wire.echoes();
            }
        }
        assertFalse(wire.isClosed);
        assertTrue("set for " + alarms, alarms.size() >= 4 && alarms.size() <= 12);
        for (long alarm : alarms) {
            assertTrue(alarm > 0 && alarm <= SERVERS);
        }
    }

    @Test
    public void without_a_network_no_phone_is_woken() {
        java.util.List<Long> alarms = new java.util.ArrayList<>();
        world.settings.alarm(alarms::add);
        world.online();
        world.owner.networkChanged(null);
        world.loop.settle();
        alarms.clear();
        world.loop.pass(600_000);
        assertTrue("set for " + alarms, alarms.isEmpty());
    }

    private void bear(FakeWire wire, long interval, int times) {
        bear(world, wire, interval, times);
    }

    private static void bear(World world, FakeWire wire, long interval, int times) {
        for (int i = 0; i < times; i++) {
            world.loop.pass(interval - 1);
            assertFalse("before " + interval + ", " + i, wire.saidNoop());
            world.loop.pass(1);
            assertTrue("at " + interval + ", " + i, wire.saidNoop());
            wire.echoes();
        }
    }
}
