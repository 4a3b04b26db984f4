package io.longlink.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.longlink.v1.Code;
import io.longlink.v1.Command;
import io.longlink.v1.HelloRequest;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;

/** Messages: kept here until the server has them, and sent once. */
public class SendingTest {
    private final World world = new World();

    @Test
    public void a_message_is_in_the_storage_before_it_goes_out_and_not_after_it_is_kept() throws Exception {
        FakeWire wire = world.online();
        String id = world.send(3, "hello");
        Frame send = wire.next(Command.COMMAND_SEND);
        assertEquals(id, World.sendOf(send).getClientMsgId());
        assertEquals(1, new Kept(world.storage).unsent().size());
        wire.replies(send, World.kept(11));
        assertEquals(Collections.singletonList(id), world.told.sent);
        assertTrue(new Kept(world.storage).unsent().isEmpty());
    }

    @Test
    public void what_was_written_without_a_network_goes_out_in_order_when_there_is_one() {
        world.start();
        for (int i = 0; i < 20; i++) {
            world.send(3, "number " + i);
        }
        FakeWire wire = world.wire().welcomes(World.welcome().build());
        for (int i = 0; i < 20; i++) {
            Frame send = wire.next(Command.COMMAND_SEND);
            assertEquals("id-number " + i, World.sendOf(send).getClientMsgId());
            assertTrue("one behind the other", wire.saidNothing());
            wire.replies(send, World.kept(11 + i));
        }
        assertEquals(20, world.told.sent.size());
    }

    @Test
    public void unanswered_sends_go_out_again_in_order_under_their_own_names() {
        FakeWire wire = world.online();
        world.send(3, "a");
        world.send(4, "b");
        world.send(3, "c");
        wire.next(Command.COMMAND_SEND);
        wire.next(Command.COMMAND_SEND);
        assertTrue(wire.saidNothing());
        wire.breaks("connection lost: reset");
        FakeWire next = world.nextWire().welcomes(World.welcome().build());
        Frame first = next.next(Command.COMMAND_SEND);
        assertEquals("id-a", World.sendOf(first).getClientMsgId());
        assertEquals("id-b", World.sendOf(next.next(Command.COMMAND_SEND)).getClientMsgId());
        next.replies(first, World.kept(12).toBuilder().setDuplicate(true).build());
        assertEquals("id-c", World.sendOf(next.next(Command.COMMAND_SEND)).getClientMsgId());
        assertEquals(Collections.singletonList("id-a"), world.told.sent);
    }

    @Test
    public void an_earlier_runs_messages_are_sent_by_the_next_one_and_told_of() {
        world.start();
        world.send(3, "a");
        world.send(3, "b");
        World next = world.restarted();
        next.start();
        next.send(3, "c");
        Answer<List<SendRequest>> unsent = new Answer<>();
        next.owner.calls().unsent(unsent);
        next.loop.settle();
        assertEquals(3, unsent.reply.size());
        FakeWire wire = next.wire().welcomes(World.welcome().build());
        for (String name : Arrays.asList("id-a", "id-b", "id-c")) {
            Frame send = wire.next(Command.COMMAND_SEND);
            assertEquals(name, World.sendOf(send).getClientMsgId());
            wire.replies(send, World.kept(20));
        }
        assertEquals(Arrays.asList("id-a", "id-b", "id-c"), next.told.sent);
    }

    @Test
    public void a_refusal_for_now_holds_what_waits_and_changes_no_order() {
        FakeWire wire = world.online();
        world.send(3, "a");
        world.send(3, "b");
        for (int i = 0; i < 5; i++) {
            Frame send = wire.next(Command.COMMAND_SEND);
            assertEquals("id-a", World.sendOf(send).getClientMsgId());
            wire.refuses(send, Code.CODE_RATE_LIMITED);
            assertTrue("not at once", wire.saidNothing());
            world.loop.pass(1_000L << i);
        }
        wire.replies(wire.next(Command.COMMAND_SEND), World.kept(11));
        wire.replies(wire.next(Command.COMMAND_SEND), World.kept(12));
        assertEquals(Arrays.asList("id-a", "id-b"), world.told.sent);
        assertTrue(world.told.failed.isEmpty());
    }

    @Test
    public void a_refusal_for_good_is_told_once_and_the_next_goes_on() throws Exception {
        FakeWire wire = world.online();
        Answer<SendReply> answer = new Answer<>();
        world.owner.calls().send(SendRequest.newBuilder().setTo(3).setClientMsgId("id-a").build(), answer);
        world.send(3, "b");
        wire.refuses(wire.next(Command.COMMAND_SEND), Code.CODE_NOT_FOUND);
        assertTrue(answer.failure.is(Code.CODE_NOT_FOUND));
        assertEquals(1, answer.count);
        assertEquals(Collections.singletonList("id-a REFUSED"), world.told.failed);
        wire.replies(wire.next(Command.COMMAND_SEND), World.kept(11));
        assertTrue(new Kept(world.storage).unsent().isEmpty());
    }

    @Test
    public void a_message_that_the_storage_does_not_take_is_not_sent() {
        world.storage = new Full();
        FakeWire wire = world.online();
        world.send(3, "a");
        assertEquals(Collections.singletonList("id-a NOT_STORED"), world.told.failed);
        assertTrue(wire.saidNothing());
    }

    @Test
    public void another_user_never_sends_what_the_first_one_wrote() throws Exception {
        world.start();
        world.wire().welcomes(World.welcome().build()).breaks("connection lost: reset");
        world.send(3, "a");

        World next = world.restarted();
        next.settings.credential(Credential.token("of somebody else"));
        FakeWire wire = next.start().wire();
        wire.welcomes(World.welcome().setUserId(8).setUserName("bea").build());
        assertTrue("the place that was presented was not theirs", wire.isClosed);
        assertEquals(Collections.singletonList("id-a ANOTHER_LOG"), next.told.failed);
        FakeWire again = next.wireAfter(1, 1_000).welcomes(World.welcome().setUserId(8).setUserName("bea").build());
        assertTrue(again.saidNothing());
        assertEquals(State.Kind.ONLINE, next.state());
        assertTrue(new Kept(next.storage).unsent().isEmpty());
    }

    @Test
    public void another_users_password_finds_nothing_of_the_first_ones() {
        world.online().breaks("connection lost: reset");
        world.send(3, "a");
        World next = world.restarted();
        next.settings.credential(Credential.password("bea", "her own"));
        FakeWire wire = next.start().wire().welcomes(World.welcome().setUserId(8).setUserName("bea").build());
        assertEquals(Collections.singletonList("id-a ANOTHER_LOG"), next.told.failed);
        assertTrue(wire.saidNothing());
        assertFalse(wire.isClosed);
    }

    @Test
    public void a_name_that_was_mistyped_costs_the_first_user_nothing() throws Exception {
        world.online().breaks("connection lost: reset");
        world.send(3, "a");
        World mistyped = world.restarted();
        mistyped.settings.credential(Credential.password("ana", "her password"));
        FakeWire wire = mistyped.start().wire().opens();
        Frame hello = wire.next(Command.COMMAND_HELLO);
        assertFalse(HelloRequest.parseFrom(hello.body).hasResume());
        wire.refuses(hello, Code.CODE_WRONG_CREDENTIALS);
        assertTrue(mistyped.told.failed.isEmpty());

        World right = world.restarted();
        right.settings.credential(Credential.password("ANNA", "her password"));
        FakeWire again = right.start().wire().opens();
        hello = again.next(Command.COMMAND_HELLO);
        assertEquals(10, HelloRequest.parseFrom(hello.body).getResume().getCursor());
        again.replies(hello, World.welcome().build());
        assertEquals("id-a", World.sendOf(again.next(Command.COMMAND_SEND)).getClientMsgId());
    }

    @Test
    public void a_user_with_another_name_than_before_goes_on_where_they_were() throws Exception {
        world.online().breaks("connection lost: reset");
        World renamed = world.restarted();
        renamed.settings.credential(Credential.password("annabel", "her password"));
        FakeWire wire = renamed.start().wire().welcomes(World.welcome().setUserName("annabel").setHead(99).build());
        assertTrue("the place was theirs, and was not presented", wire.isClosed);
        FakeWire again = renamed.wireAfter(1, 1_000).opens();
        Frame hello = again.next(Command.COMMAND_HELLO);
        assertEquals(10, HelloRequest.parseFrom(hello.body).getResume().getCursor());
        again.replies(hello, World.welcome().setUserName("annabel").build());
        assertEquals(State.Kind.ONLINE, renamed.state());
    }

    @Test
    public void what_was_written_for_another_log_does_not_go_into_this_one() {
        FakeWire wire = world.online();
        wire.breaks("connection lost: reset");
        world.send(3, "a");
        FakeWire next = world.nextWire().welcomes(World.welcome().setEpoch("another").build());
        assertEquals(Collections.singletonList("another"), world.told.epochs);
        assertEquals(Collections.singletonList("id-a ANOTHER_LOG"), world.told.failed);
        assertTrue(next.saidNothing());
    }

    @Test
    public void beyond_the_bound_a_message_fails_at_once_and_room_comes_back() {
        world.settings.sendsMax(2);
        world.start();
        world.send(3, "a");
        world.send(3, "b");
        world.send(3, "c");
        assertEquals(Collections.singletonList("id-c QUEUE_FULL"), world.told.failed);
        world.owner.calls().discard("id-a");
        world.loop.settle();
        world.send(3, "d");
        assertEquals(1, world.told.failed.size());
        // The bound holds over restarts, for what is still there.
        World next = world.restarted();
        next.start();
        next.send(3, "e");
        assertEquals(Collections.singletonList("id-e QUEUE_FULL"), next.told.failed);
        FakeWire wire = next.wire().welcomes(World.welcome().build());
        wire.replies(wire.next(Command.COMMAND_SEND), World.kept(11));
        next.send(3, "f");
        assertEquals(1, next.told.failed.size());
    }

    @Test
    public void what_no_frame_can_carry_is_refused_here() {
        world.online();
        com.google.protobuf.ByteString much = com.google.protobuf.ByteString.copyFrom(new byte[1 << 20]);
        world.owner.calls().send(SendRequest.newBuilder().setClientMsgId("id-a").setContent(much).build(), null);
        world.loop.settle();
        assertEquals(Collections.singletonList("id-a TOO_LARGE"), world.told.failed);
    }

    @Test
    public void when_nothing_can_be_written_requests_wait_here_and_the_link_is_given_up() {
        world.settings.quietTimeoutMs(600_000);
        FakeWire wire = world.online();
        wire.sticks();
        com.google.protobuf.ByteString much = com.google.protobuf.ByteString.copyFrom(new byte[40_000]);
        for (int i = 0; i < 10; i++) {
            SendRequest message = SendRequest.newBuilder().setTo(i + 1).setClientMsgId("id-" + i).setContent(much).build();
            world.owner.calls().send(message, null);
        }
        world.loop.settle();
        assertEquals("two of them are 64 KiB", 2 * 40_000, wire.waiting(), 200);
        world.loop.pass(29_999);
        assertFalse(wire.isClosed);
        world.loop.pass(1);
        assertTrue(wire.isClosed);
        assertEquals("nothing could be written for 30000 ms", world.owner.state().why());
    }

    @Test
    public void who_closes_has_the_messages_still() throws Exception {
        world.start();
        Answer<SendReply> answer = new Answer<>();
        world.owner.calls().send(SendRequest.newBuilder().setTo(3).setClientMsgId("id-a").build(), answer);
        world.owner.close();
        world.loop.settle();
        assertEquals(Failure.Kind.ENDED, answer.failure.kind());
        assertTrue("it is not told as failed: the next client sends it", world.told.failed.isEmpty());
        assertEquals(1, new Kept(world.storage).unsent().size());
        Answer<SendReply> late = new Answer<>();
        world.owner.calls().send(SendRequest.newBuilder().setTo(3).setClientMsgId("id-b").build(), late);
        assertEquals(Failure.Kind.NOT_STORED, late.failure.kind());
    }

    @Test
    public void a_send_without_a_reply_on_a_link_that_moves_is_asked_on_another_one() {
        FakeWire wire = world.online();
        world.send(3, "a");
        for (int i = 0; i < 10 && !wire.isClosed; i++) {
            world.loop.pass(4_000);
            wire.bringsSome();
        }
        assertTrue(wire.isClosed);
        FakeWire next = world.nextWire().welcomes(World.welcome().build());
        next.replies(next.next(Command.COMMAND_SEND), World.kept(11));
        assertEquals(Collections.singletonList("id-a"), world.told.sent);
    }

    /** Takes all but messages. */
    private static final class Full implements Storage {
        private final Storage rest = new MemoryStorage();

        @Override
        public byte[] read(String name) throws IOException {
            return rest.read(name);
        }

        @Override
        public void write(String name, byte[] value) throws IOException {
            if (name.startsWith("unsent.")) {
                throw new IOException("no space left on device");
            }
            rest.write(name, value);
        }

        @Override
        public void remove(String name) throws IOException {
            rest.remove(name);
        }

        @Override
        public List<String> names() throws IOException {
            return rest.names();
        }
    }
}
