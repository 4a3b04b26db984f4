package androidx.test.platform.app;

import android.app.Instrumentation;
import android.os.Bundle;

/** Stands for a class of androidx.test, which only Google's repository has: Robolectric names it. */
public final class InstrumentationRegistry {
    private static Instrumentation it;

    public static void registerInstance(Instrumentation i, Bundle b) {
        it=i;
    }

    public static Instrumentation getInstrumentation() {
        return it;
    }
}
