package io.longlink.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.Test;

/** The loop in real time. */
public class ThreadLoopTest {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final AtomicLong offset = new AtomicLong();
    private final ThreadLoop loop = new ThreadLoop(() -> System.nanoTime() / 1_000_000 + offset.get());
    private volatile long due = Loop.NEVER;

    private final Loop.Turns turns = new Loop.Turns() {
        @Override
        public long turn(long now) {
            if (due <= now) {
                due = Loop.NEVER;
                heard.add("due");
            }
            return due;
        }

        @Override
        public void late(long now, long byMs) {
            heard.add("late by hours: " + (byMs > 3_000_000));
        }

        @Override
        public void crashed(Throwable why) {
            heard.add("crashed: " + why.getMessage());
            loop.end();
        }
    };

    @Test
    public void tasks_run_in_order_and_a_turn_comes_in_time() throws Exception {
        loop.start(turns);
        List<Integer> ran = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < 100; i++) {
            int number = i;
            loop.post(() -> ran.add(number));
        }
        loop.post(() -> {
            due = loop.nowMs() + 20;
            done.countDown();
        });
        assertTrue(done.await(60, TimeUnit.SECONDS));
        assertEquals(100, ran.size());
        assertEquals(Integer.valueOf(99), ran.get(99));
        assertEquals("due", heard.poll(60, TimeUnit.SECONDS));
        loop.end();
    }

    @Test
    public void a_turn_that_is_hours_late_is_told_before_all_else() throws Exception {
        loop.start(turns);
        CountDownLatch done = new CountDownLatch(1);
        loop.post(() -> {
            due = loop.nowMs() + 60_000;
            done.countDown();
        });
        assertTrue(done.await(60, TimeUnit.SECONDS));
        offset.addAndGet(3_600_000);
        loop.post(() -> heard.add("task"));
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            order.add(heard.poll(60, TimeUnit.SECONDS));
        }
        assertEquals(Arrays.asList("late by hours: true", "task", "due"), order);
        loop.end();
    }

    @Test
    public void a_task_that_throws_is_no_silent_end() throws Exception {
        loop.start(turns);
        loop.post(() -> {
            throw new IllegalStateException("the disk is gone");
        });
        assertEquals("crashed: the disk is gone", heard.poll(60, TimeUnit.SECONDS));
    }

    @Test
    public void what_was_posted_before_the_end_still_runs_and_nothing_after() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        loop.start(turns);
        loop.post(() -> {
            begun.countDown();
            try {
                go.await();
            } catch (InterruptedException stopped) {
                throw new AssertionError(stopped);
            }
            loop.end();
        });
        assertTrue(begun.await(60, TimeUnit.SECONDS));
        assertTrue(loop.post(() -> heard.add("ran")));
        go.countDown();
        assertEquals("ran", heard.poll(60, TimeUnit.SECONDS));
        assertFalse(loop.post(() -> heard.add("too late")));
    }
}
