package io.longlink.client;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The small parts by themselves. */
public class PartsTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void sequences_begin_again_before_the_reserved_ones() {
        assertEquals(1, Frame.seqAfter(0));
        assertEquals(0xFFFFFFEF, Frame.seqAfter(0xFFFFFFEE));
        assertEquals(1, Frame.seqAfter(0xFFFFFFEF));
        assertEquals(0x80000000, Frame.seqAfter(0x7FFFFFFF));
    }

    @Test
    public void a_clock_that_steps_back_takes_no_time_away() {
        long[] now = {5_000};
        Ticks ticks = new Ticks(() -> now[0]);
        now[0] += 100;
        assertEquals(100, ticks.nowMs());
        now[0] -= 3_600_000;
        assertEquals(100, ticks.nowMs());
        now[0] += 50;
        assertEquals(150, ticks.nowMs());
    }

    @Test
    public void a_pause_is_never_longer_than_its_bound_and_begins_anew_after_a_reset() {
        Pause pause = new Pause(100, 5_000, new Random(7));
        long longest = 0;
        for (int n = 0; n < 200; n++) {
            long one = pause.grow();
            assertTrue(one >= 0 && one <= Math.min(100L << Math.min(n, 10), 5_000));
            longest = Math.max(longest, one);
        }
        assertTrue("longest of 200: " + longest, longest > 2_500);
        pause.reset();
        assertTrue(pause.grow() <= 100);
    }

    @Test
    public void the_memory_of_own_entries_is_bounded() {
        Inbox inbox = new Inbox(null);
        inbox.loggedIn(World.welcome().setHead(0).build());
        for (long queueId = 1; queueId <= 2 * Inbox.KEPT_MAX; queueId++) {
            inbox.reported(queueId);
        }
        assertEquals(Inbox.KEPT_MAX, inbox.keptCount());
        inbox.advance(2 * Inbox.KEPT_MAX);
        assertEquals(0, inbox.keptCount());
    }

    @Test
    public void rhythms_of_the_networks_used_last_are_kept_and_no_more() throws Exception {
        Rhythms rhythms = new Rhythms();
        for (int i = 0; i < 40; i++) {
            rhythms.of("network " + i).currentMs = i;
            rhythms.of("home").currentMs = 1_000;
        }
        Rhythms read = Rhythms.fromBytes(rhythms.toBytes());
        assertEquals(1_000, read.of("home").currentMs);
        assertEquals(39, read.of("network 39").currentMs);
        assertEquals("forgotten", 0, read.of("network 3").currentMs);
    }

    @Test
    public void after_a_stable_week_a_little_more_is_tried() {
        Rhythm rhythm = new Rhythm();
        rhythm.isStable = true;
        rhythm.stableSinceMs = 1_000;
        rhythm.currentMs = 300_000;
        rhythm.succeeded(320_000, 240_000, 580_000, 1_000 + Rhythm.PROBE_AFTER_MS - 1);
        assertEquals(300_000, rhythm.currentMs);
        rhythm.succeeded(320_000, 240_000, 580_000, 1_000 + Rhythm.PROBE_AFTER_MS);
        assertEquals(320_000, rhythm.currentMs);
        rhythm.failed(320_000, 240_000, 580_000, 0);
        assertEquals("back to the server's", 240_000, rhythm.currentMs);
        assertFalse(rhythm.isStable);
    }

    @Test
    public void a_digest_is_read_with_colons_and_without_and_nothing_else_is_one() {
        StringBuilder plain = new StringBuilder();
        StringBuilder colons = new StringBuilder();
        byte[] bytes = new byte[32];
        for (int i = 0; i < 32; i++) {
            bytes[i] = (byte) (i * 8);
            plain.append(String.format("%02x", bytes[i]));
            colons.append(i == 0 ? "" : ":").append(String.format("%02X", bytes[i]));
        }
        assertArrayEquals(bytes, PinnedTrustManager.read(plain.toString()));
        assertArrayEquals(bytes, PinnedTrustManager.read(colons.toString()));
        String thirtyTwo = String.join("", Collections.nCopies(32, "é"));
        for (String wrong : Arrays.asList("", "00", plain.substring(1), plain + "0", "+" + plain.substring(1), thirtyTwo + thirtyTwo)) {
            try {
                PinnedTrustManager.read(wrong);
                throw new AssertionError("read: " + wrong);
            } catch (IllegalArgumentException refused) {
                assertTrue(refused.getMessage().contains("64 hexadecimal digits"));
            }
        }
    }

    @Test
    public void only_this_device_itself_is_loopback() {
        for (String host : Arrays.asList("127.0.0.1", "127.8.9.1", "::1", "localhost", "LOCALHOST")) {
            assertTrue(host, Loopback.is(host));
        }
        for (String host : Arrays.asList("localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "::2", "example.com")) {
            assertFalse(host, Loopback.is(host));
        }
    }

    @Test
    public void an_address_is_host_and_port() {
        assertEquals("chat.example.com", Settings.forServer("chat.example.com:8445").build().host);
        assertEquals("::1", Settings.forServer("[::1]:8445").build().host);
        for (String wrong : Arrays.asList("chat.example.com", ":8445", "host:0", "host:65536", "host:x", "")) {
            try {
                Settings.forServer(wrong);
                throw new AssertionError("taken: " + wrong);
            } catch (IllegalArgumentException refused) {
                assertTrue(refused.getMessage(), refused.getMessage().contains("is no host:port"));
            }
        }
    }

    @Test
    public void a_folder_keeps_what_was_written_and_no_half_of_it() throws Exception {
        File place = new File(folder.getRoot(), "storage");
        Storage storage = new FileStorage(place);
        assertNull(storage.read("login"));
        assertTrue(storage.names().isEmpty());
        storage.write("login", new byte[] {1, 2, 3});
        storage.write("login", new byte[] {4});
        storage.write("empty", new byte[0]);
        // A process that was killed while it wrote.
        FileOutputStream half = new FileOutputStream(new File(place, "place~"));
        half.write(9);
        half.close();
        Storage next = new FileStorage(place);
        assertArrayEquals(new byte[] {4}, next.read("login"));
        assertArrayEquals(new byte[0], next.read("empty"));
        assertNull(next.read("place"));
        assertEquals(2, next.names().size());
        next.remove("login");
        next.remove("login");
        assertNull(next.read("login"));
        Files.delete(new File(place, "place~").toPath());
    }
}
