package androidx.test.runner.intent;

/** Stands for a class of androidx.test, which only Google's repository has: Robolectric names it. */
public final class IntentMonitorRegistry {
    public static void registerInstance(IntentMonitor m) {}
}
