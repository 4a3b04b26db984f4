package androidx.test.internal.runner.intent;

import androidx.test.runner.intent.*;

/** Stands for a class of androidx.test, which only Google's repository has: Robolectric names it. */
public final class IntentMonitorImpl implements IntentMonitor {
    public void signalIntent(android.content.Intent i) {}
}
