package io.longlink.app.view;

import android.text.Spannable;
import android.text.SpannableString;
import android.text.style.StyleSpan;
import android.text.style.UnderlineSpan;
import android.graphics.Typeface;
import android.view.View;
import android.widget.TextView;
import java.util.List;

/** Putting texts into views. */
final class Texts {
    private Texts() {}

    static TextView put(View parent, int id, CharSequence text) {
        TextView view = (TextView) parent.findViewById(id);
        view.setText(text);
        return view;
    }

    static TextView putOrHide(View parent, int id, CharSequence text) {
        TextView view = put(parent, id, text);
        view.setVisibility(text.length() == 0 ? View.GONE : View.VISIBLE);
        return view;
    }

    /** The text with the names of who is mentioned in it marked. */
    static CharSequence marked(String text, List<String> names, boolean mine) {
        Spannable marked = new SpannableString(text);
        for (String name : names) {
            String sign = "@" + name;
            for (int at = text.indexOf(sign); at >= 0 && !name.isEmpty(); at = text.indexOf(sign, at + 1)) {
                Object span = mine ? new UnderlineSpan() : new StyleSpan(Typeface.BOLD);
                marked.setSpan(span, at, at + sign.length(), Spannable.SPAN_EXCLUSIVE_EXCLUSIVE);
            }
        }
        return marked;
    }
}
