package androidx.test.internal.runner.lifecycle;

import androidx.test.runner.lifecycle.*;

/** Stands for a class of androidx.test, which only Google's repository has: Robolectric names it. */
public final class ApplicationLifecycleMonitorImpl implements ApplicationLifecycleMonitor {
    public void signalLifecycleChange(android.app.Application a, ApplicationStage s) {}
}
