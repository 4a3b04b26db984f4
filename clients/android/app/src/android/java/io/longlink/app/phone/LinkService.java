package io.longlink.app.phone;

import android.app.Notification;
import android.app.PendingIntent;
import android.app.Service;
import android.content.Context;
import android.content.Intent;
import android.os.IBinder;
import io.longlink.app.R;
import io.longlink.app.model.Account;
import io.longlink.app.model.Hub;
import io.longlink.app.view.MainActivity;
import io.longlink.client.State;

/**
 * Holds the link while nobody looks: a foreground service, so that Android leaves the process alive, with the notification
 * that it asks for. It holds nothing itself; the hub has the link, and goes on without the service as long as Android
 * lets it.
 */
public final class LinkService extends Service {
    private static final String CHANNEL = "link";
    private static final int ID = 2;

    private final Runnable moved = this::moved;
    private final Runnable changed = this::changed;
    private NetworkWatch networks;
    private Account watched;
    private volatile int shown;

    /** Starts or ends it. */
    static void hold(Context context, boolean wanted) {
        Intent service = new Intent(context, LinkService.class);
        if (!wanted) {
            context.stopService(service);
            return;
        }
        try {
            Later.startForegroundService(context, service);
        } catch (IllegalStateException notNow) {
            // Since Android 12 it may not be started out of the background. The next look at the app starts it.
            return;
        }
    }

    @Override
    public void onCreate() {
        super.onCreate();
        String about = getString(R.string.notice_linkWhat);
        Later.makeChannel(this, CHANNEL, getString(R.string.notice_link), about, Later.IMPORTANCE_LOW);
        show(R.string.notice_waiting);
        networks = new NetworkWatch(this, App.of(this).hub());
        Hub hub = App.of(this).hub();
        hub.desk.execute(() -> {
            hub.watch(moved);
            hub.resume();
            moved();
        });
    }

    @Override
    public int onStartCommand(Intent intent, int flags, int startId) {
        // Each start asks for it anew.
        show(shown);
        return START_STICKY;
    }

    @Override
    public void onDestroy() {
        networks.end();
        Hub hub = App.of(this).hub();
        hub.desk.execute(() -> {
            hub.unwatch(moved);
            follow(null);
        });
        super.onDestroy();
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }

    private void moved() {
        Account now = App.of(this).hub().account();
        follow(now);
        if (now != null) {
            networks.tell();
            changed();
        }
    }

    private void follow(Account now) {
        if (watched != null && watched != now) {
            watched.unwatch(changed);
        }
        if (now != null && watched != now) {
            now.watch(changed);
        }
        watched = now;
    }

    private void changed() {
        if (watched == null || watched.state() == null) {
            return;
        }
        State.Kind kind = watched.state().kind();
        int text = kind == State.Kind.ONLINE
                ? R.string.notice_held
                : kind == State.Kind.ENDED ? R.string.notice_ended : R.string.notice_waiting;
        if (text != shown) {
            App.of(this).ui().execute(() -> show(text));
        }
    }

    private void show(int text) {
        shown = text;
        PendingIntent open = PendingIntent.getActivity(
                this, 0, new Intent(this, MainActivity.class), Later.updateImmutable());
        Notification notification = Later.builder(this, CHANNEL)
                .setSmallIcon(R.drawable.mark)
                .setContentTitle(getString(R.string.app_label))
                .setContentText(getString(text))
                .setContentIntent(open)
                .setOngoing(true)
                .setShowWhen(false)
                .build();
        try {
            Later.startForeground(this, ID, notification);
        } catch (IllegalStateException notNow) {
            // Started again by Android in the background, where since Android 12 it may not be what it is.
            stopSelf();
        }
    }
}
