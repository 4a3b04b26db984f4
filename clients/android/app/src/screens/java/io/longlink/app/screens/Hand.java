package io.longlink.app.screens;

import android.app.Activity;
import android.content.Intent;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.view.View;
import android.view.ViewGroup;
import android.widget.TextView;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.robolectric.Robolectric;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowActivity;
import org.robolectric.shadows.ShadowLooper;

/** Opens screens, looks at them, taps and types, and takes pictures. */
final class Hand {
    private static final long PATIENCE_S = 90;
    private static final long LOOK_MS = 20;

    private Hand() {}

    static <A extends Activity> ActivityController<A> open(Class<A> kind, Intent intent) {
        return Robolectric.buildActivity(kind, intent).setup();
    }

    /** Lets the phone's time go by, which it does only when it is told to, until it is so. */
    static void until(String what, BooleanSupplier so) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (true) {
            ShadowLooper.idleMainLooper(LOOK_MS, TimeUnit.MILLISECONDS);
            if (so.getAsBoolean()) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain for: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MS));
        }
    }

    /** Whether this text stands somewhere on the screen. */
    static boolean shows(Activity screen, String text) {
        return find(screen.getWindow().getDecorView(), text) != null;
    }

    static View find(View view, String text) {
        if (view.getVisibility() != View.VISIBLE) {
            return null;
        }
        if (view instanceof TextView && ((TextView) view).getText().toString().contains(text)) {
            return view;
        }
        if (view instanceof ViewGroup) {
            ViewGroup group = (ViewGroup) view;
            for (int i = 0; i < group.getChildCount(); i++) {
                View found = find(group.getChildAt(i), text);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    static void type(Activity screen, int field, String text) {
        ((TextView) screen.findViewById(field)).setText(text);
    }

    static void tap(Activity screen, int view) {
        if (!screen.findViewById(view).performClick()) {
            throw new AssertionError("nothing happens when one taps " + screen.getResources().getResourceName(view));
        }
    }

    /** What was asked to be opened next; {@code null} if nothing was. */
    static Intent opened(Activity screen) {
        ShadowActivity shadow = Shadow.extract(screen);
        return shadow.getNextStartedActivity();
    }

    /** The screen as it is drawn, into a file of this name. */
    static void picture(Activity screen, String name) throws IOException {
        ShadowLooper.idleMainLooper();
        picture(screen.getWindow().getDecorView(), name);
    }

    static void picture(View view, String name) throws IOException {
        Bitmap bitmap = Bitmap.createBitmap(view.getWidth(), view.getHeight(), Bitmap.Config.ARGB_8888);
        view.draw(new Canvas(bitmap));
        File file = new File(System.getenv("LONGLINK_SCREENS"), name + ".png");
        try (FileOutputStream out = new FileOutputStream(file)) {
            bitmap.compress(Bitmap.CompressFormat.PNG, 100, out);
        }
        if (file.length() < 4_000) {
            throw new AssertionError("there is nothing in the picture " + file);
        }
    }
}
