package androidx.test.runner.lifecycle;

/** Stands for a class of androidx.test, which only Google's repository has: Robolectric names it. */
public enum Stage {
    PRE_ON_CREATE, CREATED, STARTED, RESUMED, PAUSED, STOPPED, RESTARTED, DESTROYED
}
