package io.longlink.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.google.protobuf.ByteString;
import io.longlink.v1.CloseReason;
import io.longlink.v1.HistoryReply;
import io.longlink.v1.HistoryRequest;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The real server, over a network with faults: nothing is lost, doubled or out of order. */
public class FaultsTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Server server;
    private Proxy network;
    private Person anna;
    private Person bob;

    @Before
    public void start() throws Exception {
        server = new Server(new File(folder.getRoot(), "data"));
        network = new Proxy(server.port("tcp"));
    }

    @After
    public void stop() throws Exception {
        for (Person person : Arrays.asList(anna, bob)) {
            if (person != null) {
                person.close();
            }
        }
        network.close();
        server.close();
    }

    @Test
    public void a_server_that_is_killed_again_and_again_loses_nothing() throws Exception {
        anna = Person.online(Person.settings(network.address(), "User01"));
        bob = Person.online(Person.settings(network.address(), "User02"));
        List<String> said = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < 25; i++) {
                said.add("message " + said.size());
                anna.say(bob.id(), said.get(said.size() - 1));
            }
            // In the middle of it.
            anna.awaitSent(25 * round + 5);
            server.kill();
            server.start();
            network.leadTo(server.port("tcp"));
        }
        anna.awaitSent(said.size());
        bob.awaitHeard(said.size());
        assertEquals(said, bob.heard);
        assertEquals(said, anna.sent);
        assertTrue(anna.failed.toString(), anna.failed.isEmpty());
    }

    @Test
    public void a_link_that_is_cut_again_and_again_loses_nothing() throws Exception {
        anna = Person.online(Person.settings(network.address(), "User01"));
        bob = Person.online(Person.settings(network.address(), "User02"));
        List<String> said = new ArrayList<>();
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 15; i++) {
                said.add("message " + said.size());
                anna.say(bob.id(), said.get(said.size() - 1));
            }
            anna.awaitSent(15 * round + 3);
            network.cut();
        }
        bob.awaitHeard(said.size());
        anna.awaitSent(said.size());
        assertEquals(said, bob.heard);
        assertEquals(said, anna.sent);
        assertTrue("links: " + network.links(), network.links() > 10);
    }

    @Test
    public void a_link_that_is_dead_and_looks_alive_is_found_out_by_who_writes_and_by_who_looks() throws Exception {
        AtomicLong offset = new AtomicLong();
        Settings.Builder ofBob = Person.settings(network.address(), "User02").echoTimeoutMs(2_000);
        anna = Person.online(Person.settings(network.address(), "User01").quietTimeoutMs(2_000));
        bob = Person.online(ofBob.clock(() -> System.nanoTime() / 1_000_000 + offset.get()));
        int before = network.links();
        network.loseAll();
        anna.say(bob.id(), "hello");
        anna.awaitSent(1);
        assertTrue(bob.heard.isEmpty());
        // Bob's phone was put aside for a while, and is looked at now.
        offset.addAndGet(2_000);
        bob.longlink.setForeground(true);
        bob.awaitHeard(1);
        assertEquals(Arrays.asList("hello"), bob.heard);
        assertTrue("one link more for each", network.links() >= before + 2);
    }

    @Test
    public void a_slow_network_is_not_taken_for_a_dead_one() throws Exception {
        anna = Person.online(Person.settings(network.address(), "User01").quietTimeoutMs(3_000).echoTimeoutMs(3_000));
        bob = Person.online(Person.settings(network.address(), "User02").quietTimeoutMs(3_000).echoTimeoutMs(3_000));
        int before = network.links();
        network.slowDownTo(15_000);
        byte[] much = new byte[62_000];
        Arrays.fill(much, (byte) 'x');
        for (int i = 0; i < 2; i++) {
            anna.longlink.send(bob.id(), Content.of(1_000 + i, ByteString.copyFrom(much)), null);
        }
        anna.awaitSent(2);
        bob.awaitHeard(2);
        Reply<HistoryReply> history = new Reply<>();
        HistoryRequest request = HistoryRequest.newBuilder().setPeer(anna.id()).setLimit(2).build();
        bob.longlink.request(Requests.HISTORY, request, history);
        // A page of 64 KiB, for which it takes longer than the silence that is put up with.
        assertTrue(history.get().getEntriesCount() >= 1);
        assertEquals("the links of the beginning", before, network.links());
    }

    @Test
    public void a_clock_that_jumps_costs_no_link_and_no_message() throws Exception {
        AtomicLong offset = new AtomicLong();
        anna = Person.online(Person.settings(network.address(), "User01")
                .clock(() -> System.nanoTime() / 1_000_000 + offset.get()));
        bob = Person.online(Person.settings(network.address(), "User02"));
        anna.say(bob.id(), "before");
        anna.awaitSent(1);
        int count = 1;
        for (long jump : new long[] {3_600_000, -7_200_000, 86_400_000, -1_000}) {
            offset.addAndGet(jump);
            anna.longlink.wake();
            anna.say(bob.id(), "after " + jump);
            count++;
            anna.awaitSent(count);
        }
        assertEquals("no link was lost", 2, network.links());
        network.cut();
        offset.addAndGet(-3_600_000);
        anna.say(bob.id(), "at last");
        bob.awaitHeard(6);
        assertEquals("at last", bob.heard.get(5));
    }

    @Test
    public void a_login_elsewhere_ends_the_older_one_for_good() throws Exception {
        anna = Person.online(Person.settings(network.address(), "User01").deviceId("her phone"));
        bob = Person.online(Person.settings(network.address(), "User01").deviceId("her phone"));
        anna.awaitEnd();
        assertTrue(anna.longlink.state().why(), anna.longlink.state().ended().is(CloseReason.CLOSE_REASON_REPLACED));
        Reply<HistoryReply> history = new Reply<>();
        bob.longlink.request(Requests.HISTORY, HistoryRequest.getDefaultInstance(), history);
        history.get();
        assertTrue(bob.isOnline());
        assertEquals("it does not come back", 2, network.links());
    }

    @Test
    public void what_was_written_without_a_network_is_sent_by_the_next_run_of_the_app_and_once() throws Exception {
        Storage storage = new FileStorage(new File(folder.getRoot(), "phone"));
        bob = Person.online(Person.settings(network.address(), "User02"));
        anna = Person.online(Person.settings(network.address(), "User01").storage(storage));
        long to = bob.id();
        anna.say(to, "one");
        anna.awaitSent(1);
        server.kill();
        anna.await("to be away", () -> !anna.isOnline());
        anna.say(to, "two");
        anna.say(to, "three");
        Reply<List<io.longlink.v1.SendRequest>> unsent = new Reply<>();
        anna.longlink.unsent(unsent);
        assertEquals(2, unsent.get().size());
        anna.close();
        anna.awaitEnd();

        server.start();
        network.leadTo(server.port("tcp"));
        anna = Person.online(Person.settings(network.address(), "User01").storage(storage).credential(Credential.STORED));
        anna.awaitSent(2);
        bob.awaitHeard(3);
        assertEquals(Arrays.asList("one", "two", "three"), bob.heard);
        assertFalse(storage.names().toString(), storage.names().toString().contains("unsent"));
    }

    @Test
    public void another_log_starts_over_and_is_read_from_its_first_entry() throws Exception {
        bob = Person.online(Person.settings(network.address(), "User02"));
        anna = Person.online(Person.settings(network.address(), "User01"));
        anna.say(bob.id(), "of the first log");
        bob.awaitHeard(1);
        server.kill();
        server = new Server(new File(folder.getRoot(), "another"));
        network.leadTo(server.port("tcp"));
        bob.await("to start over", () -> bob.epochs.size() == 1);
        anna.await("to start over", () -> anna.epochs.size() == 1 && anna.isOnline());
        anna.say(bob.id(), "of the second log");
        bob.awaitHeard(2);
        assertEquals(Arrays.asList("of the first log", "of the second log"), bob.heard);
    }
}
