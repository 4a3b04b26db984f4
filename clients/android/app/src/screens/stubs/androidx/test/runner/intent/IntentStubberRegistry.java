package androidx.test.runner.intent;

/** Stands for a class of androidx.test, which only Google's repository has: Robolectric names it. */
public final class IntentStubberRegistry {
    public static boolean isLoaded() {
        return false;
    }

    public static IntentStubber getInstance() {
        return null;
    }
}
