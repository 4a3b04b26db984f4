package io.longlink.app;

import io.longlink.app.model.Desk;
import io.longlink.app.model.Ground;
import io.longlink.app.model.History;
import io.longlink.app.model.Hub;
import io.longlink.app.model.MemoryHistory;
import io.longlink.app.model.NoticeBoard;
import io.longlink.app.model.Notices;
import io.longlink.app.model.Preferences;
import io.longlink.app.model.Server;
import io.longlink.app.show.ListPresenter;
import io.longlink.app.show.ListState;
import io.longlink.app.show.LoginPresenter;
import io.longlink.app.show.LoginState;
import io.longlink.app.show.Names;
import io.longlink.app.show.Presenter;
import io.longlink.app.show.TalkPresenter;
import io.longlink.app.show.TalkState;
import io.longlink.client.MemoryStorage;
import io.longlink.client.Settings;
import io.longlink.client.Storage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A phone without Android: the app's model and presenters on it, with everything that the platform keeps in memory. */
final class Phone implements AutoCloseable, Ground {
    private final Map<String, String> preferences = new HashMap<>();
    private final Map<String, MemoryHistory> histories = new HashMap<>();
    private final Map<String, MemoryStorage> storages = new HashMap<>();
    final Map<Long, NoticeBoard.Notice> notices = new HashMap<>();
    final Names names = new Names(XmlWords.EN);
    private final List<Presenter<?>> open = new ArrayList<>();
    Hub hub;

    Phone(int port) {
        preferences.put("server", "127.0.0.1:" + port);
        preferences.put("protection", Server.Protection.NONE.name());
        start();
    }

    /** Somebody is logged in on a new phone, and sees the list. */
    static Phone of(int port, String name) {
        Phone phone = new Phone(port);
        Seen<LoginState> login = phone.open(new LoginPresenter(phone.hub, phone.names));
        ((LoginPresenter) phone.open.get(0)).logIn(name, "demo");
        login.untilLeft();
        // What was said before it had its link, a new phone has only read about.
        phone.list().until("a link", state -> state.banner.text.isEmpty());
        return phone;
    }

    private void start() {
        hub = new Hub(new Desk(), this, new Notices(notices(), names));
        hub.desk.execute(hub::resume);
    }

    /** The process is ended, and the app is opened anew. */
    void restart() {
        halt();
        start();
    }

    private void halt() {
        for (Presenter<?> presenter : open) {
            presenter.detach();
        }
        open.clear();
        onDesk(() -> {
            if (hub.account() != null) {
                hub.account().stop();
            }
        });
        hub.desk.close();
    }

    void onDesk(Runnable work) {
        CountDownLatch done = new CountDownLatch(1);
        hub.desk.execute(() -> {
            work.run();
            done.countDown();
        });
        try {
            if (!done.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the desk does nothing");
            }
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    <S> Seen<S> open(Presenter<S> presenter) {
        Seen<S> screen = new Seen<>();
        open.add(presenter);
        presenter.attach(screen, hub.desk);
        return screen;
    }

    Seen<ListState> list() {
        return open(new ListPresenter(hub, names));
    }

    /** A conversation that is before the person's eyes. */
    Seen<TalkState> talk(TalkPresenter presenter) {
        Seen<TalkState> seen = open(presenter);
        presenter.look(true);
        return seen;
    }

    TalkPresenter presenter(long peer) {
        return new TalkPresenter(hub, names, peer);
    }

    /** Whether nothing that was said, and nobody's name, is kept here. */
    boolean isEmpty() {
        for (MemoryHistory history : histories.values()) {
            History.Saved saved = history.load();
            boolean empty = saved.talks.isEmpty() && saved.names.isEmpty();
            for (long peer = -20; peer <= 20; peer++) {
                empty &= history.page(peer, 0, 1).isEmpty();
            }
            if (!empty) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        halt();
    }

    @Override
    public Preferences preferences() {
        return new Preferences() {
            @Override
            public synchronized String get(String name) {
                String value = preferences.get(name);
                return value == null ? "" : value;
            }

            @Override
            public synchronized void set(String... namesAndValues) {
                for (int i = 0; i < namesAndValues.length; i += 2) {
                    preferences.put(namesAndValues[i], namesAndValues[i + 1]);
                }
            }
        };
    }

    @Override
    public History history(String account) {
        if (!histories.containsKey(account)) {
            histories.put(account, new MemoryHistory());
        }
        return histories.get(account);
    }

    @Override
    public Storage storage(String account) {
        if (!storages.containsKey(account)) {
            storages.put(account, new MemoryStorage());
        }
        return storages.get(account);
    }

    @Override
    public Settings.Builder suited(Settings.Builder settings) {
        return settings.pausesMs(50, 500).requestTimeoutMs(30_000);
    }

    @Override
    public void hold(boolean wanted) {}

    @Override
    public NoticeBoard notices() {
        return new NoticeBoard() {
            @Override
            public void show(Notice notice) {
                synchronized (notices) {
                    notices.put(notice.peer, notice);
                }
            }

            @Override
            public void cancel(long peer) {
                synchronized (notices) {
                    notices.remove(peer);
                }
            }

            @Override
            public void cancelAll() {
                synchronized (notices) {
                    notices.clear();
                }
            }
        };
    }
}
