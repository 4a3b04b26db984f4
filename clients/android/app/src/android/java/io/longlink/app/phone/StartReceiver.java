package io.longlink.app.phone;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** The phone was started, or the app was renewed: the link is held again, if somebody is logged in. */
public final class StartReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        // Making the application has resumed already, and that asks for the service.
        App.of(context).hub().desk.execute(App.of(context).hub()::resume);
    }
}
