package io.longlink.app.phone;

import android.os.SystemClock;
import android.util.Log;
import io.longlink.app.model.Desk;
import io.longlink.app.model.Ground;
import io.longlink.app.model.History;
import io.longlink.app.model.NoticeBoard;
import io.longlink.app.model.Preferences;
import io.longlink.client.FileStorage;
import io.longlink.client.Settings;
import io.longlink.client.Storage;
import java.io.File;

/** What this phone gives the model. */
final class PhoneGround implements Ground {
    private static final String TAG = "longlink";

    private final App app;
    private final Preferences preferences;
    private final NoticeBoard notices;

    PhoneGround(App app, Desk desk) {
        this.app = app;
        preferences = new PhonePreferences(app);
        notices = new PhoneNotices(app);
    }

    @Override
    public Preferences preferences() {
        return preferences;
    }

    @Override
    public History history(String account) {
        return App.history(app, account);
    }

    @Override
    public Storage storage(String account) {
        return new FileStorage(new File(app.getFilesDir(), account));
    }

    @Override
    public Settings.Builder suited(Settings.Builder settings) {
        LinkAlarm alarm = new LinkAlarm(app);
        return settings.clock(SystemClock::elapsedRealtime)
                .alarm(alarm)
                .logger(line -> Log.i(TAG, line));
    }

    @Override
    public void hold(boolean wanted) {
        app.ui().execute(() -> LinkService.hold(app, wanted));
    }

    @Override
    public NoticeBoard notices() {
        return notices;
    }
}
