package io.longlink.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.longlink.app.show.ListState;
import io.longlink.app.show.TalkPresenter;
import io.longlink.app.show.TalkRow;
import io.longlink.app.show.TalkState;
import io.longlink.client.Server;
import java.io.File;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Without a network: what was kept is there, and what is written waits, visibly, and goes out once. */
public class OfflineTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void whatIsWrittenWithoutAServerWaitsOverARestartAndArrivesOnce() throws Exception {
        File data = new File(folder.getRoot(), "data");
        Server server = new Server(data);
        int port = server.port("tcp");
        try (Phone anna = Phone.of(port, "User01");
                Phone ben = Phone.of(port, "User02")) {
            long me = WithServer.id(anna);
            long other = WithServer.id(ben);
            TalkPresenter writes = anna.presenter(other);
            Seen<TalkState> written = anna.talk(writes);
            writes.send("before");
            written.until("kept", state -> Lines.message(state, "before") != null
                    && Lines.message(state, "before").message.state != TalkRow.State.WAITING);
            server.kill();
            written.until("that there is no connection", state -> !state.banner.text.isEmpty());
            writes.send("meanwhile");
            written.until("waiting", state -> Lines.has(state, "meanwhile", TalkRow.State.WAITING));

            // The app is opened anew, and there is still nothing to connect to.
            anna.restart();
            Seen<ListState> list = anna.list();
            list.until("what waits, in the list", state -> Lines.shows(state, other, "You: meanwhile", ""));
            Seen<TalkState> again = anna.talk(anna.presenter(other));
            TalkState kept = again.until("both", state ->
                    Lines.has(state, "before") && Lines.has(state, "meanwhile", TalkRow.State.WAITING));
            assertEquals("User02", kept.title);

            // The server is there again, at another port: as after a move.
            server.start();
            anna.onDesk(() -> anna.hub.setServer(at(server)));
            ben.onDesk(() -> ben.hub.setServer(at(server)));
            again.until("sent", state -> Lines.message(state, "meanwhile") != null
                    && Lines.message(state, "meanwhile").message.state != TalkRow.State.WAITING);
            Seen<TalkState> read = ben.talk(ben.presenter(me));
            read.until("arrived", state -> Lines.has(state, "meanwhile"));
            assertEquals(1, Lines.count(read.state(), "meanwhile"));
            assertTrue(again.state().banner.text.isEmpty());
        } finally {
            server.close();
        }
    }

    private static io.longlink.app.model.Server at(Server server) {
        return new io.longlink.app.model.Server(
                "127.0.0.1:" + server.port("tcp"), io.longlink.app.model.Server.Protection.NONE, "");
    }
}
