package io.longlink.app.phone;

import android.app.Notification;
import android.app.NotificationManager;
import android.app.PendingIntent;
import android.app.Service;
import android.content.Context;
import android.content.Intent;
import android.os.Build;
import java.lang.reflect.InvocationTargetException;

/**
 * What newer versions of Android have, and the classes of version 6, against which the app is compiled, have not: it is
 * asked for by name. Each is only asked for on a version that has it.
 */
final class Later {
    private static final int ANDROID_8 = 26;
    private static final int ANDROID_10 = 29;
    private static final int ANDROID_13 = 33;
    private static final int FOREGROUND_SERVICE_TYPE_DATA_SYNC = 1;

    static final String POST_NOTIFICATIONS = "android.permission.POST_NOTIFICATIONS";
    static final int IMPORTANCE_LOW = 2;
    static final int IMPORTANCE_DEFAULT = 3;

    private Later() {}

    /** Nobody but this app fills in what an intent leaves open. */
    static int updateImmutable() {
        int immutable = Build.VERSION.SDK_INT >= Build.VERSION_CODES.M ? PendingIntent.FLAG_IMMUTABLE : 0;
        return PendingIntent.FLAG_UPDATE_CURRENT | immutable;
    }

    /** Whether notifications need the person's permission. */
    static boolean asksForNotifications() {
        return Build.VERSION.SDK_INT >= ANDROID_13;
    }

    /** Whether the phone speaks TLS 1.3 by itself. */
    static boolean hasTls13() {
        return Build.VERSION.SDK_INT >= ANDROID_10;
    }

    /** Makes a kind of notifications that the person can turn off by itself. */
    static void makeChannel(Context context, String id, String name, String about, int importance) {
        if (Build.VERSION.SDK_INT < ANDROID_8) {
            return;
        }
        try {
            Class<?> kind = Class.forName("android.app.NotificationChannel");
            Object channel = kind.getConstructor(String.class, CharSequence.class, int.class)
                    .newInstance(id, name, importance);
            kind.getMethod("setDescription", String.class).invoke(channel, about);
            Object manager = context.getSystemService(Context.NOTIFICATION_SERVICE);
            NotificationManager.class.getMethod("createNotificationChannel", kind).invoke(manager, channel);
        } catch (ReflectiveOperationException missing) {
            throw missing(missing);
        }
    }

    static Notification.Builder builder(Context context, String channel) {
        Notification.Builder builder = new Notification.Builder(context);
        if (Build.VERSION.SDK_INT >= ANDROID_8) {
            try {
                Notification.Builder.class.getMethod("setChannelId", String.class).invoke(builder, channel);
            } catch (ReflectiveOperationException missing) {
                throw missing(missing);
            }
        }
        return builder;
    }

    static void startForegroundService(Context context, Intent service) {
        if (Build.VERSION.SDK_INT < ANDROID_8) {
            context.startService(service);
            return;
        }
        try {
            Context.class.getMethod("startForegroundService", Intent.class).invoke(context, service);
        } catch (ReflectiveOperationException missing) {
            throw missing(missing);
        }
    }

    static void startForeground(Service service, int id, Notification notification) {
        if (Build.VERSION.SDK_INT < ANDROID_10) {
            service.startForeground(id, notification);
            return;
        }
        try {
            Service.class.getMethod("startForeground", int.class, Notification.class, int.class)
                    .invoke(service, id, notification, FOREGROUND_SERVICE_TYPE_DATA_SYNC);
        } catch (ReflectiveOperationException missing) {
            throw missing(missing);
        }
    }

    private static RuntimeException missing(ReflectiveOperationException why) {
        // What was called and threw is told as itself: that Android does not let a service start is one such.
        if (why instanceof InvocationTargetException && why.getCause() instanceof RuntimeException) {
            return (RuntimeException) why.getCause();
        }
        return new IllegalStateException("Android " + Build.VERSION.SDK_INT + " does not have what it should: " + why, why);
    }
}
