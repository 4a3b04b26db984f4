package io.longlink.app.phone;

import android.app.Activity;
import android.content.pm.PackageManager;

/** What newer versions of Android let an app do only when the person says so. */
public final class Permissions {
    private Permissions() {}

    /** Asks once whether messages may be told of; without it everything else works. */
    public static void askForNotices(Activity activity) {
        if (Later.asksForNotifications()
                && activity.checkSelfPermission(Later.POST_NOTIFICATIONS) != PackageManager.PERMISSION_GRANTED) {
            activity.requestPermissions(new String[] {Later.POST_NOTIFICATIONS}, 1);
        }
    }

    /** Whether the phone can speak the TLS that the server asks for. */
    public static boolean hasTls13() {
        return Later.hasTls13();
    }
}
