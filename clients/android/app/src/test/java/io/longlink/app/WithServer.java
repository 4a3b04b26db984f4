package io.longlink.app;

import io.longlink.client.Server;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.rules.TemporaryFolder;

/** A test with the real server, a demo with User01 and on, and with phones that are put away behind each test. */
public abstract class WithServer {
    @ClassRule
    public static final TemporaryFolder FOLDER = new TemporaryFolder();

    static Server server;
    private final List<Phone> phones = new ArrayList<>();

    @BeforeClass
    public static void start() throws Exception {
        server = new Server(new File(FOLDER.getRoot(), "data"));
    }

    @AfterClass
    public static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @After
    public void putAway() {
        for (Phone phone : phones) {
            phone.close();
        }
    }

    Phone phone(String name) {
        Phone phone = Phone.of(server.port("tcp"), name);
        phones.add(phone);
        return phone;
    }

    Phone freshPhone() {
        Phone phone = new Phone(server.port("tcp"));
        phones.add(phone);
        return phone;
    }

    static long id(Phone phone) {
        long[] id = new long[1];
        phone.onDesk(() -> id[0] = phone.hub.account().me);
        return id[0];
    }
}
