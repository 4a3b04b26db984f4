package io.longlink.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.longlink.v1.Code;
import io.longlink.v1.ContentType;
import io.longlink.v1.ConversationsReply;
import io.longlink.v1.ConversationsRequest;
import io.longlink.v1.EditReply;
import io.longlink.v1.Entry;
import io.longlink.v1.GroupCreateReply;
import io.longlink.v1.GroupCreateRequest;
import io.longlink.v1.HistoryReply;
import io.longlink.v1.HistoryRequest;
import io.longlink.v1.LogOutReply;
import io.longlink.v1.RecallReply;
import io.longlink.v1.RegisterReply;
import io.longlink.v1.RegisterRequest;
import io.longlink.v1.SendReply;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.util.List;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The real server, when all goes well; logging in, and TLS. */
public class ServerTest {
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

    private static String plain() {
        return "127.0.0.1:" + server.port("tcp");
    }

    @Test
    public void a_message_is_sent_changed_taken_back_and_listed() throws Exception {
        try (Person anna = Person.online(Person.settings(plain(), "User01"));
                Person bob = Person.online(Person.settings(plain(), "User02"))) {
            Reply<SendReply> sent = new Reply<>();
            anna.longlink.send(bob.id(), Content.text("helo"), sent);
            long first = sent.get().getQueueId();
            Reply<EditReply> edited = new Reply<>();
            anna.longlink.edit(bob.id(), first, Content.text("hello"), edited);
            edited.get();
            Reply<SendReply> second = new Reply<>();
            anna.longlink.send(bob.id(), Content.text("oops").replyingTo(first).mentioning(bob.id()), second);
            Reply<RecallReply> recalled = new Reply<>();
            anna.longlink.recall(bob.id(), second.get().getQueueId(), recalled);
            recalled.get();

            Reply<HistoryReply> history = new Reply<>();
            bob.longlink.request(Requests.HISTORY, HistoryRequest.newBuilder().setPeer(anna.id()).build(), history);
            List<Entry> entries = history.get().getEntriesList();
            assertEquals(ContentType.CONTENT_TYPE_RECALL_VALUE, entries.get(0).getContentType());
            assertEquals("hello", entries.get(1).getContent().toStringUtf8());
            bob.longlink.markRead(anna.id(), entries.get(0).getQueueId());
            Reply<ConversationsReply> talks = new Reply<>();
            bob.longlink.request(Requests.CONVERSATIONS, ConversationsRequest.getDefaultInstance(), talks);
            assertEquals(anna.id(), talks.get().getConversations(0).getPeer());
        }
    }

    @Test
    public void a_group_is_made_and_written_to_and_a_stranger_is_refused() throws Exception {
        try (Person anna = Person.online(Person.settings(plain(), "User03"));
                Person bob = Person.online(Person.settings(plain(), "User04"));
                Person eve = Person.online(Person.settings(plain(), "User05"))) {
            Reply<GroupCreateReply> made = new Reply<>();
            GroupCreateRequest request = GroupCreateRequest.newBuilder()
                    .setName("tea").setClientMsgId(Longlink.freshId()).addMembers(bob.id()).build();
            anna.longlink.requestAgain(Requests.GROUP_CREATE, request, made);
            long group = made.get().getGroup();
            assertTrue(group < 0);
            anna.say(group, "at four?");
            bob.await("to hear it", () -> bob.heard.contains("at four?"));
            Reply<SendReply> refused = new Reply<>();
            eve.longlink.send(group, Content.text("me too"), refused);
            assertTrue(refused.failure().toString(), refused.failure().is(Code.CODE_NOT_FOUND));
            assertEquals(1, eve.failed.size());
        }
    }

    @Test
    public void who_registers_can_log_in_later_by_the_token_alone_until_the_logout() throws Exception {
        Storage storage = new MemoryStorage();
        Settings.Builder settings = Person.settings(plain(), "carla").storage(storage)
                .credential(Credential.password("carla", "correct horse"));
        RegisterRequest request = RegisterRequest.newBuilder().setName("carla").setPassword("correct horse").build();
        Reply<RegisterReply> registered = new Reply<>();
        Longlink.askOnce(settings.build(), Requests.REGISTER, request, registered);
        long id = registered.get().getUserId();
        Reply<RegisterReply> again = new Reply<>();
        Longlink.askOnce(settings.build(), Requests.REGISTER, request, again);
        assertTrue(again.failure().is(Code.CODE_NAME_TAKEN));

        assertFalse(Longlink.isLoginKept(storage));
        try (Person first = Person.online(settings)) {
            assertEquals(id, first.id());
        }
        assertTrue(Longlink.isLoginKept(storage));
        settings.credential(Credential.STORED);
        try (Person second = Person.online(settings)) {
            assertEquals("carla", second.longlink.loggedIn().userName());
            Reply<LogOutReply> loggedOut = new Reply<>();
            second.longlink.logOut(loggedOut);
            loggedOut.get();
            second.awaitEnd();
            assertTrue(second.longlink.state().ended().needsPassword());
        }
        assertFalse(Longlink.isLoginKept(storage));
    }

    @Test
    public void a_wrong_password_ends_the_client() throws Exception {
        try (Person anna = Person.start(
                Person.settings(plain(), "User01").credential(Credential.password("User01", "not hers")))) {
            anna.awaitEnd();
            assertTrue(anna.longlink.state().ended().is(Code.CODE_WRONG_CREDENTIALS));
        }
    }

    @Test
    public void a_question_to_nobody_is_told_so() throws Exception {
        int port;
        try (Proxy nobody = new Proxy(1)) {
            port = Integer.parseInt(nobody.address().substring(nobody.address().lastIndexOf(':') + 1));
        }
        Reply<RegisterReply> reply = new Reply<>();
        Settings settings = Settings.forServer("127.0.0.1:" + port).build();
        Longlink.askOnce(settings, Requests.REGISTER, RegisterRequest.getDefaultInstance(), reply);
        assertTrue(reply.failure().message(), reply.failure().message().startsWith("cannot connect: "));
    }

    @Test
    public void with_tls_the_certificates_authority_is_asked_and_its_names_are_looked_at() throws Exception {
        Trust authorities;
        try (InputStream in = new FileInputStream(server.certificate())) {
            authorities = Trust.authorities(in).always();
        }
        String safe = "127.0.0.1:" + server.port("tcp-tls");
        Person.online(Person.settings(safe, "User06").trust(authorities)).close();
        assertRefused(safe, Trust.system().always());
        try (Proxy otherName = new Proxy("127.0.0.2", server.port("tcp-tls"))) {
            assertRefused(otherName.address(), authorities);
        }
    }

    @Test
    public void a_pinned_certificate_is_the_only_one() throws Exception {
        String safe = "127.0.0.1:" + server.port("tcp-tls");
        String digest = server.digest();
        String other = (digest.charAt(0) == '0' ? "1" : "0") + digest.substring(1);
        Person.online(Person.settings(safe, "User07").trust(Trust.pinned(digest))).close();
        Person.online(Person.settings(safe, "User07").trust(Trust.pinned(other, digest))).close();
        assertRefused(safe, Trust.pinned(other));
        // A pin vouches for the certificate, whatever name it is reached by.
        try (Proxy otherName = new Proxy("127.0.0.2", server.port("tcp-tls"))) {
            Person.online(Person.settings(otherName.address(), "User07").trust(Trust.pinned(digest))).close();
        }
        // Who has to have TLS gets no link without.
        assertRefused(plain(), Trust.pinned(digest));
    }

    private static void assertRefused(String address, Trust trust) {
        try (Person person = Person.start(Person.settings(address, "User06").trust(trust).connectTimeoutMs(3_000))) {
            person.await("to fail", () -> person.states.stream().anyMatch(state -> state.kind() == State.Kind.WAITING));
            String why = person.states.stream().filter(state -> state.kind() == State.Kind.WAITING).findFirst().get().why();
            assertTrue(why, why.startsWith("cannot connect: "));
            assertFalse(person.isOnline());
        }
    }
}
