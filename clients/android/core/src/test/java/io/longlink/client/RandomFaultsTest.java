package io.longlink.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.longlink.v1.ContentType;
import io.longlink.v1.Entry;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Two phones that write to one another while everything fails at random. A failure names its seed: -Dseed=N plays it again. */
public class RandomFaultsTest {
    private static final int MESSAGES = 150;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void whatever_fails_everything_comes_once_and_in_order() throws Exception {
        play("tcp");
    }

    @Test
    public void and_so_it_does_over_tls() throws Exception {
        play("tcp-tls");
    }

    private void play(String door) throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        try {
            play(new Random(seed), door);
        } catch (Throwable failed) {
            throw new AssertionError("seed " + seed + ", " + door, failed);
        }
    }

    private void play(Random random, String door) throws Exception {
        Server server = new Server(new File(folder.getRoot(), "data"));
        Proxy network = new Proxy(server.port(door));
        Trust trust = door.equals("tcp") ? Trust.plain() : Trust.pinned(server.digest());
        Phone[] phones = {new Phone("User01", network, trust), new Phone("User02", network, trust)};
        try {
            for (Phone phone : phones) {
                phone.start();
                phone.await("to be online", () -> phone.longlink.isOnline());
            }
            long[] ids = {phones[0].longlink.loggedIn().userId(), phones[1].longlink.loggedIn().userId()};
            int kills = 0;
            while (phones[0].said.size() < MESSAGES || phones[1].said.size() < MESSAGES) {
                int who = random.nextInt(2);
                for (int i = random.nextInt(8); i > 0; i--) {
                    phones[who].say(ids[1 - who]);
                }
                int fault = random.nextInt(100);
                if (fault < 8) {
                    network.cut();
                } else if (fault < 14) {
                    network.loseAll();
                } else if (fault < 20) {
                    phones[who].restart();
                } else if (fault < 24 && kills < 3) {
                    kills++;
                    server.kill();
                    phones[1 - who].say(ids[who]);
                    server.start();
                    network.leadTo(server.port(door));
                } else if (fault < 60) {
                    // Something is on its way at all times, and not too much.
                    int enough = phones[who].said.size() - random.nextInt(10);
                    phones[who].await("to get through", () -> phones[who].kept >= enough);
                }
            }
            // Who has nothing more to say finds a link that was lost in silence only by its next heartbeat, minutes later. A
            // person who takes up the phone does not wait for that.
            for (Phone phone : phones) {
                phone.longlink.setForeground(false);
                phone.longlink.setForeground(true);
            }
            for (int i = 0; i < 2; i++) {
                Phone writer = phones[i];
                Phone reader = phones[1 - i];
                reader.await("to have all", () -> reader.heard.size() >= writer.said.size());
                writer.await("to be told of all", () -> writer.kept >= writer.said.size());
                synchronized (reader) {
                    assertEquals(writer.said, new ArrayList<>(reader.heard.values()));
                    assertEquals("given again within one run", 0, reader.doubles);
                    assertTrue(reader.failed.toString(), reader.failed.isEmpty());
                }
            }
        } finally {
            phones[0].longlink.close();
            phones[1].longlink.close();
            network.close();
            server.close();
        }
    }

    /** An app with a database, which is started again now and then. */
    private final class Phone {
        private final String user;
        private final Proxy network;
        private final Trust trust;
        private final Storage storage;
        final List<String> said = new ArrayList<>();
        /** The database: what was heard, by its place. */
        final TreeMap<Long, String> heard = new TreeMap<>();
        final List<String> failed = new ArrayList<>();
        volatile Longlink longlink;
        int kept;
        int doubles;

        Phone(String user, Proxy network, Trust trust) {
            this.user = user;
            this.network = network;
            this.trust = trust;
            storage = new FileStorage(new File(folder.getRoot(), user));
        }

        void start() {
            Settings.Builder settings = Person.settings(network.address(), user).storage(storage).trust(trust);
            longlink = Longlink.start(settings.quietTimeoutMs(1_000).echoTimeoutMs(1_000).build(), new Run());
        }

        /** As when the system ends the app, but for what is in the storage. */
        void restart() {
            longlink.close();
            await("to end", () -> longlink.state().kind() == State.Kind.ENDED);
            start();
        }

        void say(long to) {
            String text = user + " " + said.size();
            said.add(text);
            longlink.send(to, Content.text(text), null);
        }

        synchronized void await(String what, BooleanSupplier isSo) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
            while (!isSo.getAsBoolean()) {
                assertTrue("waited in vain for " + user + " " + what + ": said " + said.size() + ", kept " + kept + ", heard "
                        + heard.size() + ", " + longlink.state(), System.nanoTime() < end);
                try {
                    wait(100);
                } catch (InterruptedException stopped) {
                    throw new AssertionError(stopped);
                }
            }
        }

        /** What one run of the app is told. */
        private final class Run extends Listener {
            private long last;

            @Override
            public void onEntries(List<Entry> entries) {
                synchronized (Phone.this) {
                    for (Entry entry : entries) {
                        doubles += entry.getQueueId() <= last ? 1 : 0;
                        last = entry.getQueueId();
                        String text = entry.getContent().toStringUtf8();
                        boolean isOwn = text.startsWith(user);
                        if (entry.getContentType() == ContentType.CONTENT_TYPE_TEXT_VALUE && !isOwn) {
                            heard.put(entry.getQueueId(), text);
                        }
                    }
                    Phone.this.notifyAll();
                }
            }

            @Override
            public void onSent(SendRequest message, SendReply reply) {
                synchronized (Phone.this) {
                    kept++;
                    Phone.this.notifyAll();
                }
            }

            @Override
            public void onSendFailed(SendRequest message, Failure why) {
                synchronized (Phone.this) {
                    failed.add(message.getContent().toStringUtf8() + ": " + why);
                }
            }
        }
    }
}
