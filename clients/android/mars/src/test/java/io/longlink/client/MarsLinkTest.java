package io.longlink.client;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import com.tencent.mars.stn.StnLogic;
import io.longlink.mars.MarsLink;
import io.longlink.mars.StnLogicCallback;
import io.longlink.v1.CloseReason;
import io.longlink.v1.Code;
import io.longlink.v1.Entry;
import io.longlink.v1.HelloReply;
import io.longlink.v1.HelloRequest;
import io.longlink.v1.PasswordCredential;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import java.io.File;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The glue for apps that are built on Mars, with the real server and a stand-in for Mars. */
public class MarsLinkTest {
    @ClassRule
    public static final TemporaryFolder FOLDER = new TemporaryFolder();

    private static Server server;

    @BeforeClass
    public static void start() throws Exception {
        server = new Server(new File(FOLDER.getRoot(), "data"));
    }

    @AfterClass
    public static void stop() throws Exception {
        server.close();
    }

    @Test
    public void an_app_on_mars_logs_in_sends_and_hears() throws Exception {
        App anna = new App("User01", "demo");
        App bob = new App("User02", "demo");
        try (FakeMars ofAnna = anna.mars(); FakeMars ofBob = bob.mars()) {
            ofAnna.connect();
            ofBob.connect();
            assertEquals(0, ofAnna.hear());
            assertEquals(0, ofBob.hear());
            Answer<SendReply> answer = new Answer<>();
            ofAnna.start(anna.task(send(bob.me.getUserId(), "hello"), answer));
            assertEquals(0, ofAnna.hear());
            assertTrue(answer.reply.getQueueId() > 0);
            while (bob.heard.isEmpty()) {
                ofBob.hear();
            }
            assertEquals(Collections.singletonList("hello"), bob.heard);
        }
    }

    @Test
    public void a_task_that_is_asked_again_on_another_connection_is_written_once() throws Exception {
        App anna = new App("User03", "demo");
        try (FakeMars mars = anna.mars()) {
            mars.connect();
            mars.hear();
            Answer<SendReply> answer = new Answer<>();
            mars.start(anna.task(send(anna.me.getUserId(), "once"), answer));
            // The link is lost before the answer is read: Mars comes back, identifies, and asks the same again.
            mars.connect();
            assertEquals(0, mars.hear());
            while (answer.count == 0) {
                mars.hear();
            }
            assertArrayEquals(mars.asked.get(0), mars.asked.get(1));
            // Asked once more, it is known to the server, whichever of the two it took first.
            Answer<SendReply> again = new Answer<>();
            mars.start(anna.task(SendRequest.parseFrom(mars.asked.get(0)), again));
            while (again.count == 0) {
                mars.hear();
            }
            assertTrue(again.reply.getDuplicate());
            assertEquals(answer.reply.getQueueId(), again.reply.getQueueId());
        }
    }

    @Test
    public void a_refusal_is_an_answer_and_only_a_missing_login_is_a_session_timeout() throws Exception {
        App anna = new App("User04", "demo");
        try (FakeMars mars = anna.mars()) {
            mars.connect();
            mars.hear();
            Answer<SendReply> answer = new Answer<>();
            mars.start(anna.task(send(-12345, "to nobody"), answer));
            assertEquals("no error, or Mars drops the link", 0, mars.hear());
            assertTrue(answer.failure.is(Code.CODE_NOT_FOUND));
        }
        App stranger = new App(null, null);
        try (FakeMars mars = stranger.mars()) {
            mars.connect();
            Answer<SendReply> answer = new Answer<>();
            StnLogic.Task task = stranger.task(send(1, "who am I"), answer);
            mars.start(task);
            assertEquals("the server holds it for 4 s first", -13, mars.hear());
            assertEquals("Mars says what becomes of it", 0, answer.count);
            mars.fail(task);
        }
    }

    @Test
    public void a_task_that_mars_gives_up_is_told_once() {
        App anna = new App("User05", "demo");
        FakeMars mars = anna.mars();
        Answer<SendReply> answer = new Answer<>();
        StnLogic.Task task = anna.task(send(1, "never said"), answer);
        mars.fail(task);
        mars.fail(task);
        assertEquals(1, answer.count);
        assertEquals("mars gave it up: 4, -10090", answer.failure.toString());
        assertEquals("a late answer ends the task", -14, anna.callback.buf2Resp(task.taskID, null, new byte[0], null, 2));
        assertFalse(anna.callback.req2Buf(task.taskID, null, null, null, 2, ""));
    }

    @Test
    public void a_wrong_password_and_an_end_for_good_reach_the_app() throws Exception {
        App eve = new App("User06", "not hers");
        try (FakeMars mars = eve.mars()) {
            mars.connect();
            assertEquals(-1, mars.hear());
            assertTrue(eve.refused.is(Code.CODE_WRONG_CREDENTIALS));
            assertNull(eve.me);
        }
        App first = new App("User07", "demo");
        App second = new App("User07", "demo");
        try (FakeMars older = first.mars(); FakeMars newer = second.mars()) {
            older.connect();
            older.hear();
            newer.connect();
            newer.hear();
            while (first.stopped == 0) {
                older.hear();
            }
            assertEquals(CloseReason.CLOSE_REASON_REPLACED_VALUE, first.stopped);
            java.io.ByteArrayOutputStream nothing = new java.io.ByteArrayOutputStream();
            assertEquals("never", 2, first.callback.getLongLinkIdentifyCheckBuffer(nothing, nothing, new int[1]));
        }
    }

    private static SendRequest send(long to, String text) {
        return SendRequest.newBuilder()
                .setTo(to)
                .setClientMsgId(Longlink.freshId())
                .setContentType(1)
                .setContent(com.google.protobuf.ByteString.copyFromUtf8(text))
                .build();
    }

    /** An app as the README has it. */
    private static final class App extends MarsLink {
        final StnLogicCallback callback = new StnLogicCallback(this);
        final List<String> heard = new ArrayList<>();
        private final String name;
        private final String password;
        HelloReply me;
        Failure refused;
        int stopped;

        App(String name, String password) {
            this.name = name;
            this.password = password;
        }

        FakeMars mars() {
            return new FakeMars(callback, server.port("tcp"));
        }

        StnLogic.Task task(SendRequest message, Callback<SendReply> answer) {
            return callback.task(Requests.SEND, message, answer);
        }

        @Override
        protected HelloRequest hello() {
            if (name == null) {
                return null;
            }
            PasswordCredential credential = PasswordCredential.newBuilder().setName(name).setPassword(password).build();
            return HelloRequest.newBuilder().setPassword(credential).setDeviceId("mars").build();
        }

        @Override
        protected void onLoggedIn(HelloReply reply) {
            me = reply;
        }

        @Override
        protected void onLoginRefused(Failure why) {
            refused = why;
        }

        @Override
        protected void onEntries(List<Entry> entries) {
            for (Entry entry : entries) {
                heard.add(entry.getContent().toStringUtf8());
            }
        }

        @Override
        protected void onStop(int closeReason, String message) {
            stopped = closeReason;
        }
    }
}
