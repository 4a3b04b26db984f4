package androidx.test.runner.lifecycle;

/** Stands for a class of androidx.test, which only Google's repository has: Robolectric names it. */
public final class ActivityLifecycleMonitorRegistry {
    public static void registerInstance(ActivityLifecycleMonitor m) {}
}
