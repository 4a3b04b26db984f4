package io.longlink.app.phone;

import android.app.Activity;
import android.app.Application;
import android.content.Context;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import io.longlink.app.model.Desk;
import io.longlink.app.model.History;
import io.longlink.app.model.Hub;
import io.longlink.app.model.Notices;
import io.longlink.app.show.Names;
import java.util.concurrent.Executor;

/** The process: one hub, which every screen and the service show or serve. */
public final class App extends Application {
    private final Handler main = new Handler(Looper.getMainLooper());
    private Hub hub;
    private Names names;
    private int visible;

    public static App of(Context context) {
        return (App) context.getApplicationContext();
    }

    @Override
    public void onCreate() {
        super.onCreate();
        names = new Names(new PhoneWords(this));
        Desk desk = new Desk();
        PhoneGround ground = new PhoneGround(this, desk);
        hub = new Hub(desk, ground, new Notices(ground.notices(), names));
        desk.execute(hub::resume);
        registerActivityLifecycleCallbacks(new Looked());
    }

    /** What the phone keeps of an account. */
    public static History history(App app, String account) {
        return new SqliteHistory(app, account + ".db");
    }

    public Hub hub() {
        return hub;
    }

    public Names names() {
        return names;
    }

    /** The thread that draws. */
    public Executor ui() {
        return main::post;
    }

    /** Whether a person looks at the app. */
    public boolean isLookedAt() {
        return visible > 0;
    }

    private void looked(int more) {
        boolean before = isLookedAt();
        visible += more;
        if (before != isLookedAt()) {
            boolean now = isLookedAt();
            hub.desk.execute(() -> hub.setForeground(now));
        }
    }

    /** Counts what is visible of the app. */
    private final class Looked implements ActivityLifecycleCallbacks {
        @Override
        public void onActivityStarted(Activity activity) {
            looked(1);
        }

        @Override
        public void onActivityStopped(Activity activity) {
            looked(-1);
        }

        @Override
        public void onActivityCreated(Activity activity, Bundle state) {}

        @Override
        public void onActivityResumed(Activity activity) {}

        @Override
        public void onActivityPaused(Activity activity) {}

        @Override
        public void onActivitySaveInstanceState(Activity activity, Bundle state) {}

        @Override
        public void onActivityDestroyed(Activity activity) {}
    }
}
