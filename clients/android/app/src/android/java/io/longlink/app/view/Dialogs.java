package io.longlink.app.view;

import android.app.AlertDialog;
import android.content.Context;
import android.text.InputType;
import android.view.ViewGroup;
import android.widget.EditText;
import android.widget.LinearLayout;
import io.longlink.app.R;
import io.longlink.app.model.Then;

/** Questions that stand in front of a screen. */
final class Dialogs {
    private Dialogs() {}

    /** Does it when the person says so. The button says what is done. */
    static void sure(Context context, String title, String text, Runnable work) {
        new AlertDialog.Builder(context)
                .setTitle(title)
                .setMessage(text)
                .setNegativeButton(R.string.dialog_cancel, null)
                .setPositiveButton(title, (dialog, which) -> work.run())
                .show();
    }

    /** Asks for some lines: what stands in the empty ones is given, and of each the hint. */
    static void ask(Context context, String title, String text, boolean secret, Then<String[]> work, String... hints) {
        float density = context.getResources().getDisplayMetrics().density;
        LinearLayout column = new LinearLayout(context);
        column.setOrientation(LinearLayout.VERTICAL);
        int side = Math.round(22 * density);
        column.setPadding(side, side / 2, side, 0);
        EditText[] fields = new EditText[hints.length];
        for (int i = 0; i < hints.length; i++) {
            fields[i] = new EditText(context);
            fields[i].setHint(hints[i]);
            fields[i].setSingleLine(true);
            if (secret) {
                fields[i].setInputType(InputType.TYPE_CLASS_TEXT | InputType.TYPE_TEXT_VARIATION_PASSWORD);
            }
            column.addView(fields[i], new LinearLayout.LayoutParams(
                    ViewGroup.LayoutParams.MATCH_PARENT, ViewGroup.LayoutParams.WRAP_CONTENT));
        }
        new AlertDialog.Builder(context)
                .setTitle(title)
                .setMessage(text.isEmpty() ? null : text)
                .setView(column)
                .setNegativeButton(R.string.dialog_cancel, null)
                .setPositiveButton(title, (dialog, which) -> {
                    String[] values = new String[fields.length];
                    for (int i = 0; i < fields.length; i++) {
                        values[i] = fields[i].getText().toString();
                    }
                    work.take(values);
                })
                .show();
    }
}
