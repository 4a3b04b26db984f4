package io.longlink.app.phone;

import android.app.AlarmManager;
import android.app.PendingIntent;
import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.os.Build;
import android.os.PowerManager;
import android.os.SystemClock;
import io.longlink.app.model.Hub;
import io.longlink.client.Alarm;

/**
 * Wakes the phone for the heartbeat. In Doze Android lets such an alarm of an app go off about every nine minutes at
 * most: the link bears that, since the server waits for fifteen.
 */
public final class LinkAlarm extends BroadcastReceiver implements Alarm {
    /** So long the phone stays awake for the echo to come. */
    private static final long AWAKE_MS = 10_000;

    private final Context context;

    /** For the system, which makes one to receive an alarm. */
    public LinkAlarm() {
        context = null;
    }

    LinkAlarm(Context context) {
        this.context = context;
    }

    @Override
    public void wakeIn(long delayMs) {
        AlarmManager alarms = (AlarmManager) context.getSystemService(Context.ALARM_SERVICE);
        PendingIntent alarm = PendingIntent.getBroadcast(
                context, 0, new Intent(context, LinkAlarm.class), Later.updateImmutable());
        long at = SystemClock.elapsedRealtime() + delayMs;
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.M) {
            alarms.setAndAllowWhileIdle(AlarmManager.ELAPSED_REALTIME_WAKEUP, at, alarm);
        } else {
            alarms.set(AlarmManager.ELAPSED_REALTIME_WAKEUP, at, alarm);
        }
    }

    @Override
    public void onReceive(Context received, Intent intent) {
        wake(received);
    }

    /**
     * Looks after the link now, and keeps the phone awake for it for a moment. Whoever adds a vendor's push (FCM, HMS,
     * Mi Push and the like) calls this when a push has come: the link then brings the messages themselves.
     */
    public static void wake(Context context) {
        PowerManager power = (PowerManager) context.getSystemService(Context.POWER_SERVICE);
        power.newWakeLock(PowerManager.PARTIAL_WAKE_LOCK, "longlink:alarm").acquire(AWAKE_MS);
        Hub hub = App.of(context).hub();
        hub.desk.execute(() -> {
            hub.resume();
            if (hub.account() != null) {
                hub.account().link().wake();
            }
        });
    }
}
