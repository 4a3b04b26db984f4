package io.longlink.client;

import static org.junit.Assert.assertFalse;

import java.io.File;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What a client takes of the process that it lives in. */
public class ThreadsTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void a_client_has_one_thread_and_two_more_for_its_link_and_none_after_its_end() throws Exception {
        Set<Thread> before = threads();
        try (Server server = new Server(new File(folder.getRoot(), "data"));
                Proxy network = new Proxy(server.port("tcp"))) {
            Person anna = Person.online(Person.settings(network.address(), "User01").executor(Runnable::run));
            for (int i = 0; i < 10; i++) {
                int links = network.links();
                network.cut();
                anna.await("to be on another link", () -> network.links() > links && anna.isOnline());
            }
            awaitNames(before, "longlink", "longlink-read", "longlink-write");
            server.kill();
            anna.await("to be away", () -> !anna.isOnline());
            anna.close();
            anna.awaitEnd();
            awaitNames(before);
        }
    }

    /** Waits until there are exactly these: those that have nothing to do any more end in their own time. */
    private static void awaitNames(Set<Thread> before, String... expected) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            Set<Thread> now = threads();
            now.removeAll(before);
            String[] names = now.stream().map(Thread::getName).sorted().toArray(String[]::new);
            if (Arrays.equals(names, expected)) {
                return;
            }
            assertFalse("these live still: " + Arrays.toString(names), System.nanoTime() > end);
            // The surplus ones are the first to end; whichever it is, it wakes us when it does.
            for (Thread one : now) {
                one.join(20);
            }
        }
    }

    private static Set<Thread> threads() {
        Set<Thread> all = new java.util.HashSet<>();
        for (Thread one : Thread.getAllStackTraces().keySet()) {
            if (one.getName().startsWith("longlink")) {
                all.add(one);
            }
        }
        return all;
    }
}
