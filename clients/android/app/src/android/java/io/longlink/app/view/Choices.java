package io.longlink.app.view;

import android.app.AlertDialog;
import android.content.Context;
import android.view.Gravity;
import android.view.View;
import android.widget.ArrayAdapter;
import android.widget.ListPopupWindow;
import io.longlink.app.R;
import java.util.ArrayList;
import java.util.List;

/** Things of which a person chooses one: in front of the screen, or in a small window at a button. */
final class Choices {
    private static final int WIDTH_DP = 240;

    private final Context context;
    private final List<CharSequence> labels = new ArrayList<>();
    private final List<Runnable> works = new ArrayList<>();

    Choices(Context context) {
        this.context = context;
    }

    Choices add(int label, Runnable work) {
        labels.add(context.getString(label));
        works.add(work);
        return this;
    }

    boolean isEmpty() {
        return labels.isEmpty();
    }

    /** In front of the screen; {@code title} may be empty. */
    void open(String title) {
        new AlertDialog.Builder(context)
                .setTitle(title.isEmpty() ? null : title)
                .setItems(labels.toArray(new CharSequence[0]), (dialog, which) -> works.get(which).run())
                .show();
    }

    /** Below a button. */
    void openAt(View button) {
        ListPopupWindow window = new ListPopupWindow(context);
        window.setAdapter(new ArrayAdapter<>(context, R.layout.choice, labels));
        window.setAnchorView(button);
        window.setModal(true);
        window.setDropDownGravity(Gravity.END);
        window.setWidth(Math.round(WIDTH_DP * context.getResources().getDisplayMetrics().density));
        window.setOnItemClickListener((list, view, at, id) -> {
            window.dismiss();
            works.get(at).run();
        });
        window.show();
    }
}
