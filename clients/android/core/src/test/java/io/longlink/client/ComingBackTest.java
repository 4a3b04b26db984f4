package io.longlink.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.longlink.v1.CloseReason;
import io.longlink.v1.Code;
import io.longlink.v1.Command;
import io.longlink.v1.HelloRequest;
import org.junit.Test;

/** When a client comes back, and when it does not (B1 to B5). */
public class ComingBackTest {
    private final World world = new World();

    @Test
    public void every_close_reason_is_obeyed_by_its_range_also_one_from_the_future() {
        for (int reason = 100; reason < 300; reason++) {
            World one = new World();
            FakeWire wire = one.online();
            wire.closesBy(reason);
            one.loop.pass(61_000);
            boolean comesBack = one.wires.size() > 1;
            assertEquals("reason " + reason, reason < 200, comesBack);
            if (!comesBack) {
                assertEquals(State.Kind.ENDED, one.state());
                assertEquals(reason, one.owner.state().ended().number());
                assertTrue(one.loop.hasEnded());
            }
        }
    }

    @Test
    public void a_link_that_ends_without_a_reason_is_come_back_from() {
        world.online().breaks("connection lost: reset");
        assertEquals(State.Kind.WAITING, world.state());
        world.nextWire().welcomes(World.welcome().build());
        assertEquals(State.Kind.ONLINE, world.state());
    }

    @Test
    public void pauses_are_random_below_a_bound_that_doubles_up_to_a_minute() {
        world.start();
        long bound = 1_000;
        long longest = 0;
        for (int tries = 1; tries < 40; tries++) {
            world.wire().breaks("cannot connect: refused");
            long pause = world.owner.state().retryInMs();
            assertTrue(pause + " of " + bound, pause >= 0 && pause <= bound);
            longest = Math.max(longest, pause);
            bound = Math.min(2 * bound, 60_000);
            world.wireAfter(tries, 60_100);
        }
        assertTrue("the longest of 39 was " + longest, longest > 30_000);
    }

    @Test
    public void only_a_link_that_was_logged_in_for_a_minute_ends_the_growing() {
        world.start();
        for (int i = 0; i < 8; i++) {
            world.wire().breaks("cannot connect: refused");
            world.nextWire();
        }
        world.wire().welcomes(World.welcome().build());
        world.loop.pass(59_000);
        world.wire().breaks("connection lost: reset");
        long tired = 0;
        for (int i = 0; i < 20; i++) {
            tired = Math.max(tired, world.owner.state().retryInMs());
            world.nextWire().breaks("cannot connect: refused");
        }
        assertTrue("longest " + tired, tired > 2_000);
        world.nextWire().welcomes(World.welcome().build());
        world.loop.pass(60_000);
        world.wire().breaks("connection lost: reset");
        assertTrue(world.owner.state().retryInMs() <= 1_000);
    }

    @Test
    public void a_login_that_is_refused_for_good_ends_the_client() {
        FakeWire wire = world.start().wire().opens();
        wire.refuses(wire.next(Command.COMMAND_HELLO), Code.CODE_WRONG_CREDENTIALS);
        Ended ended = world.owner.state().ended();
        assertTrue(ended.is(Code.CODE_WRONG_CREDENTIALS));
        assertTrue(ended.needsPassword());
        assertEquals("login refused: CODE_WRONG_CREDENTIALS: because", ended.toString());
        assertTrue(wire.isClosed);
    }

    @Test
    public void a_login_that_is_refused_for_now_is_tried_again_after_a_pause() {
        FakeWire wire = world.start().wire().opens();
        wire.refuses(wire.next(Command.COMMAND_HELLO), Code.CODE_OVERLOADED);
        assertEquals(State.Kind.WAITING, world.state());
        world.nextWire().welcomes(World.welcome().build());
        assertEquals(State.Kind.ONLINE, world.state());
    }

    @Test
    public void a_token_that_is_worth_nothing_gives_way_to_the_password() throws Exception {
        world.online().breaks("connection lost: reset");
        FakeWire wire = world.nextWire().opens();
        Frame byToken = wire.next(Command.COMMAND_HELLO);
        assertEquals("a.token", HelloRequest.parseFrom(byToken.body).getToken());
        wire.refuses(byToken, Code.CODE_BAD_TOKEN);
        Frame byPassword = wire.next(Command.COMMAND_HELLO);
        assertEquals("her password", HelloRequest.parseFrom(byPassword.body).getPassword().getPassword());
        wire.replies(byPassword, World.welcome().build());
        assertEquals(State.Kind.ONLINE, world.state());
    }

    @Test
    public void a_network_that_is_there_again_is_tried_at_once_and_another_one_too() {
        FakeWire first = world.online();
        world.owner.networkChanged("wifi/home");
        world.loop.settle();
        assertFalse("the first word about the network changes nothing", first.isClosed);
        world.owner.networkChanged(null);
        world.loop.settle();
        assertTrue(first.isClosed);
        assertEquals(State.Kind.WAITING, world.state());
        world.owner.networkChanged("wifi/home");
        world.loop.settle();
        assertEquals(2, world.wires.size());
        world.wire().welcomes(World.welcome().build());
        world.owner.networkChanged("mobile/one");
        world.loop.settle();
        assertTrue(world.wires.get(1).isClosed);
        assertEquals("at once", 3, world.wires.size());
        assertFalse(world.wire().isClosed);
    }

    @Test
    public void who_looks_at_the_app_waits_no_longer() {
        world.start();
        for (int i = 0; i < 10; i++) {
            world.wire().breaks("cannot connect: refused");
            world.nextWire();
        }
        world.wire().breaks("cannot connect: refused");
        int before = world.wires.size();
        world.owner.setForeground(true);
        world.loop.settle();
        assertEquals(before + 1, world.wires.size());
    }

    @Test
    public void a_connection_that_does_not_come_about_is_given_up() {
        world.start();
        world.loop.pass(9_999);
        assertEquals(State.Kind.CONNECTING, world.state());
        world.loop.pass(1);
        assertEquals("cannot connect: no connection in time", world.told.states.get(1).why());
        assertTrue(world.wires.get(0).isClosed);
    }

    @Test
    public void who_closes_is_told_and_comes_back_no_more() {
        FakeWire wire = world.online();
        world.owner.close();
        assertEquals(State.Kind.ENDED, world.state());
        assertEquals(Ended.Kind.CLOSED, world.owner.state().ended().kind());
        assertTrue(wire.isClosed);
        world.loop.pass(600_000);
        assertEquals(1, world.wires.size());
        assertEquals(State.Kind.ENDED, world.told.states.get(world.told.states.size() - 1).kind());
    }

    @Test
    public void who_has_nothing_to_log_in_with_is_told_to_ask_for_the_password() {
        world.settings.credential(Credential.STORED);
        world.start().wire().opens();
        assertTrue(world.owner.state().ended().needsPassword());
    }

    @Test
    public void the_close_reasons_of_the_contract_are_all_in_one_of_the_ranges() {
        for (CloseReason reason : CloseReason.values()) {
            if (reason != CloseReason.UNRECOGNIZED && reason != CloseReason.CLOSE_REASON_UNSPECIFIED) {
                assertTrue(reason.name(), reason.getNumber() >= 100 && reason.getNumber() < 300);
            }
        }
    }
}
