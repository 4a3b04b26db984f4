package io.longlink.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import io.longlink.v1.ChangePasswordReply;
import io.longlink.v1.ChangePasswordRequest;
import io.longlink.v1.CloseReason;
import io.longlink.v1.Code;
import io.longlink.v1.Command;
import io.longlink.v1.HelloRequest;
import io.longlink.v1.HistoryReply;
import io.longlink.v1.HistoryRequest;
import io.longlink.v1.LogOutReply;
import io.longlink.v1.LogOutRequest;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;
import org.junit.Test;

/** Requests that are not messages. */
public class RequestingTest {
    private final World world = new World();
    private final Answer<HistoryReply> answer = new Answer<>();

    @Test
    public void every_command_of_the_contract_can_be_asked_for() throws Exception {
        Map<Integer, String> table = new HashMap<>();
        for (Field field : Requests.class.getFields()) {
            Request<?, ?> request = (Request<?, ?>) field.get(null);
            assertEquals(field.getName().toLowerCase(java.util.Locale.ROOT), request.name());
            assertNull("twice: " + request, table.put(request.number(), request.name()));
            // The messages are the command's own: register has RegisterRequest and RegisterReply.
            String camel = camel(request.name());
            assertEquals(camel + "Request", messageOf(request.asks));
            assertEquals(camel + "Reply", messageOf(request.answers));
        }
        for (Command command : Command.values()) {
            if (command != Command.UNRECOGNIZED && command.getNumber() >= 100 && command.getNumber() < 200) {
                assertTrue(command.name(), table.containsKey(command.getNumber()));
            }
        }
    }

    @Test
    public void a_reply_is_told_and_a_refusal_with_its_code() {
        FakeWire wire = world.online();
        ask(false);
        wire.replies(wire.next(Command.COMMAND_HISTORY), HistoryReply.newBuilder().setMore(true).build());
        assertTrue(answer.reply.getMore());
        ask(false);
        wire.refuses(wire.next(Command.COMMAND_HISTORY), Code.CODE_NOT_FOUND);
        assertTrue(answer.failure.is(Code.CODE_NOT_FOUND));
        assertFalse(answer.failure.isTemporary());
        assertEquals("CODE_NOT_FOUND: because", answer.failure.toString());
    }

    @Test
    public void a_code_from_the_future_is_read_by_its_range() {
        assertTrue(Failure.refused(199, "").isTemporary());
        assertFalse(Failure.refused(99, "").isTemporary());
        assertFalse(Failure.refused(200, "").isTemporary());
        assertEquals("code 199: why", Failure.refused(199, "why").toString());
    }

    @Test
    public void without_a_link_a_request_waits_for_one_and_gives_up_in_time() {
        world.start();
        ask(false);
        world.loop.pass(5_000);
        FakeWire wire = world.wire().welcomes(World.welcome().build());
        wire.replies(wire.next(Command.COMMAND_HISTORY), HistoryReply.getDefaultInstance());
        assertEquals(1, answer.count);
        wire.breaks("connection lost: reset");
        ask(false);
        world.loop.pass(30_000);
        assertEquals(Failure.Kind.DISCONNECTED, answer.failure.kind());
    }

    @Test
    public void a_request_fails_with_its_link_unless_it_may_be_asked_again() {
        FakeWire wire = world.online();
        ask(false);
        Answer<HistoryReply> again = new Answer<>();
        world.owner.calls().request(Requests.HISTORY, HistoryRequest.getDefaultInstance(), again, true);
        wire.next(Command.COMMAND_HISTORY);
        wire.next(Command.COMMAND_HISTORY);
        wire.breaks("connection lost: reset");
        assertEquals(Failure.Kind.DISCONNECTED, answer.failure.kind());
        FakeWire next = world.nextWire().welcomes(World.welcome().build());
        next.replies(next.next(Command.COMMAND_HISTORY), HistoryReply.getDefaultInstance());
        assertEquals(1, again.count);
        assertNull(again.failure);
        assertTrue(next.saidNothing());
    }

    @Test
    public void who_has_cancelled_is_told_nothing() {
        FakeWire wire = world.online();
        Pending pending = ask(false);
        pending.cancel();
        world.loop.settle();
        wire.breaks("connection lost: reset");
        assertEquals(0, answer.count);
        Pending waiting = ask(false);
        waiting.cancel();
        world.nextWire().welcomes(World.welcome().build());
        assertTrue(world.wire().saidNothing());
        assertEquals(0, answer.count);
    }

    @Test
    public void beyond_the_bound_a_request_fails_at_once_and_room_comes_back() {
        world.settings.requestsMax(2);
        FakeWire wire = world.online();
        ask(false);
        ask(false);
        ask(false);
        assertEquals(Failure.Kind.QUEUE_FULL, answer.failure.kind());
        wire.replies(wire.next(Command.COMMAND_HISTORY), HistoryReply.getDefaultInstance());
        answer.failure = null;
        ask(false);
        assertNull(answer.failure);
    }

    @Test
    public void so_many_are_on_the_link_at_once_and_none_kind_keeps_the_other_waiting() {
        FakeWire wire = world.online();
        java.util.ArrayDeque<Frame> underWay = new java.util.ArrayDeque<>();
        for (int i = 0; i < 100; i++) {
            ask(false);
        }
        for (int i = 0; i < 100; i++) {
            world.send(100 + i, "to " + i);
        }
        for (int i = 0; i < 32; i++) {
            underWay.addLast(wire.next(Command.COMMAND_HISTORY));
        }
        assertTrue(wire.saidNothing());
        for (int i = 0; i < 8; i++) {
            wire.replies(underWay.pollFirst(), HistoryReply.getDefaultInstance());
            wire.next(i % 2 == 0 ? Command.COMMAND_SEND : Command.COMMAND_HISTORY);
            assertTrue(wire.saidNothing());
        }
    }

    @Test
    public void a_new_password_takes_the_place_of_the_old_one_and_its_token_too() throws Exception {
        FakeWire wire = world.online();
        ChangePasswordRequest message = ChangePasswordRequest.newBuilder().setNewPassword("a new one").build();
        world.owner.calls().request(Requests.CHANGE_PASSWORD, message, null, false);
        wire.replies(
                wire.next(Command.COMMAND_CHANGE_PASSWORD), ChangePasswordReply.newBuilder().setToken("b.token").build());
        assertEquals("b.token", world.owner.token());
        wire.breaks("connection lost: reset");
        FakeWire next = world.nextWire().opens();
        Frame hello = next.next(Command.COMMAND_HELLO);
        assertEquals("b.token", HelloRequest.parseFrom(hello.body).getToken());
        next.refuses(hello, Code.CODE_BAD_TOKEN);
        hello = next.next(Command.COMMAND_HELLO);
        assertEquals("a new one", HelloRequest.parseFrom(hello.body).getPassword().getPassword());
    }

    @Test
    public void who_has_logged_out_does_not_come_back_and_keeps_no_token() throws Exception {
        FakeWire wire = world.online();
        Answer<LogOutReply> loggedOut = new Answer<>();
        world.owner.calls().request(Requests.LOG_OUT, LogOutRequest.getDefaultInstance(), loggedOut, true);
        wire.replies(wire.next(Command.COMMAND_LOG_OUT), LogOutReply.getDefaultInstance());
        assertEquals(1, loggedOut.count);
        assertTrue(world.owner.state().ended().is(CloseReason.CLOSE_REASON_LOGGED_OUT));
        assertFalse(Longlink.isLoginKept(world.storage));
        assertEquals("who it was is known still", World.ME, new Kept(world.storage).lastLogin().getUserId());
    }

    @Test
    public void a_token_is_kept_for_the_next_start() throws Exception {
        world.online();
        assertTrue(Longlink.isLoginKept(world.storage));
        World next = world.restarted();
        next.settings.credential(Credential.STORED);
        HelloRequest hello = HelloRequest.parseFrom(next.start().wire().opens().next(Command.COMMAND_HELLO).body);
        assertEquals("a.token", hello.getToken());
        HelloRequest first = HelloRequest.parseFrom(world.restarted().start().wire().opens().next(Command.COMMAND_HELLO).body);
        assertEquals("the device stays the same", first.getDeviceId(), hello.getDeviceId());
    }

    private Pending ask(boolean again) {
        Pending pending = world.owner.calls().request(Requests.HISTORY, HistoryRequest.getDefaultInstance(), answer, again);
        world.loop.settle();
        return pending;
    }

    private static String camel(String name) {
        StringBuilder camel = new StringBuilder();
        for (String part : name.split("_")) {
            camel.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
        }
        return camel.toString();
    }

    private static String messageOf(com.google.protobuf.Parser<?> parser) throws Exception {
        return parser.parseFrom(new byte[0]).getClass().getSimpleName();
    }
}
