package io.longlink.app.view;

import android.content.Context;
import android.text.InputType;
import android.view.Gravity;
import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.Button;
import android.widget.EditText;
import android.widget.LinearLayout;
import android.widget.Switch;
import android.widget.TextView;
import io.longlink.app.R;
import io.longlink.app.model.Then;
import io.longlink.app.show.Face;

/** A column of headings, fields and buttons, made by code, since which of them there are depends on what is shown. */
final class Page {
    private final Context context;
    private final ViewGroup column;

    Page(Context context, ViewGroup column) {
        this.context = context;
        this.column = column;
    }

    void clear() {
        column.removeAllViews();
    }

    TextView heading(int text) {
        return add(new TextView(context, null, 0, R.style.Heading), context.getString(text), 26);
    }

    TextView note(CharSequence text) {
        return add(new TextView(context, null, 0, R.style.Note), text, 8);
    }

    TextView warning(CharSequence text) {
        TextView view = note(text);
        int side = dp(10);
        view.setPadding(side, side, side, side);
        view.setBackgroundResource(R.color.warn_ground);
        view.setTextColor(colour(R.color.warn_ink));
        return view;
    }

    EditText field(int id, int label, String hint, String value, boolean lines) {
        TextView above = add(new TextView(context, null, 0, R.style.Label), context.getString(label), 14);
        EditText field = add(new EditText(context, null, 0, R.style.Field), value, 6);
        field.setId(id);
        above.setLabelFor(id);
        field.setHint(hint);
        field.setInputType(InputType.TYPE_CLASS_TEXT | (lines ? InputType.TYPE_TEXT_FLAG_MULTI_LINE : 0));
        field.setFocusableInTouchMode(true);
        return field;
    }

    /** Shows or hides a field with what stands above it. */
    void show(int field, boolean shown) {
        View view = column.findViewById(field);
        view.setVisibility(shown ? View.VISIBLE : View.GONE);
        column.getChildAt(column.indexOfChild(view) - 1).setVisibility(view.getVisibility());
    }

    Button primary(int text, Runnable work) {
        return button(R.style.Primary, context.getString(text), work);
    }

    Button quiet(CharSequence text, Runnable work) {
        return atStart(button(R.style.Quiet, text, work));
    }

    Button danger(int text, Runnable work) {
        return atStart(button(R.style.Danger, context.getString(text), work));
    }

    private static Button atStart(Button button) {
        button.setGravity(Gravity.START | Gravity.CENTER_VERTICAL);
        return button;
    }

    private Button button(int style, CharSequence text, Runnable work) {
        Button button = add(new Button(context, null, 0, style), text, 6);
        button.setOnClickListener(tapped -> work.run());
        return button;
    }

    Switch toggle(int text, boolean on, Then<Boolean> work) {
        Switch toggle = add(new Switch(context), context.getString(text), 2);
        toggle.setMinHeight(dp(48));
        toggle.setTextSize(15);
        toggle.setTextColor(colour(R.color.ink));
        toggle.setChecked(on);
        toggle.setOnClickListener(tapped -> work.take(toggle.isChecked()));
        return toggle;
    }

    /** The sign of somebody, large, with their name and what else there is to say of them. */
    View face(Face face, String name, String note) {
        View row = person(face, name, note);
        View sign = row.findViewById(R.id.face);
        sign.getLayoutParams().width = dp(64);
        sign.getLayoutParams().height = dp(64);
        ((TextView) row.findViewById(R.id.name)).setTextSize(20);
        TextView hint = (TextView) row.findViewById(R.id.hint);
        hint.setSingleLine(false);
        hint.setMaxLines(3);
        return row;
    }

    View person(Face face, String name, String note) {
        View row = LayoutInflater.from(context).inflate(R.layout.row_person, column, false);
        row.setPadding(0, dp(6), 0, dp(6));
        ((FaceView) row.findViewById(R.id.face)).show(face);
        Texts.put(row, R.id.name, name);
        Texts.putOrHide(row, R.id.hint, note);
        column.addView(row);
        return row;
    }

    private <V extends TextView> V add(V view, CharSequence text, int above) {
        view.setText(text);
        LinearLayout.LayoutParams where = new LinearLayout.LayoutParams(
                ViewGroup.LayoutParams.MATCH_PARENT, ViewGroup.LayoutParams.WRAP_CONTENT);
        where.topMargin = dp(above);
        column.addView(view, where);
        return view;
    }

    @SuppressWarnings("deprecation")
    private int colour(int id) {
        return context.getResources().getColor(id);
    }

    private int dp(int number) {
        return Math.round(number * context.getResources().getDisplayMetrics().density);
    }
}
