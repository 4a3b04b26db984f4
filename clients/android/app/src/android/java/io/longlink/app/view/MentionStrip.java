package io.longlink.app.view;

import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.EditText;
import android.widget.TextView;
import io.longlink.app.R;
import io.longlink.app.phone.App;
import io.longlink.app.show.Mentions;
import io.longlink.app.show.TalkPresenter;
import java.util.List;

/** The names that fit what is being typed behind an @, above the field: a tap puts one in. */
final class MentionStrip {
    private final TalkActivity screen;
    private final TalkPresenter presenter;
    private final EditText field;

    MentionStrip(TalkActivity screen, TalkPresenter presenter, EditText field) {
        this.screen = screen;
        this.presenter = presenter;
        this.field = field;
    }

    void typed() {
        String prefix = prefix();
        if (prefix == null) {
            screen.findViewById(R.id.offers).setVisibility(View.GONE);
            return;
        }
        presenter.offer(prefix, names -> App.of(screen).ui().execute(() -> {
            if (prefix.equals(prefix())) {
                show(names);
            }
        }));
    }

    private String prefix() {
        return Mentions.typed(field.getText().toString(), field.getSelectionEnd());
    }

    private void show(List<String> names) {
        ViewGroup strip = (ViewGroup) screen.findViewById(R.id.offered);
        strip.removeAllViews();
        for (String name : names) {
            TextView offer = (TextView) LayoutInflater.from(screen).inflate(R.layout.offer, strip, false);
            offer.setText("@" + name);
            offer.setOnClickListener(tapped -> put(name));
            strip.addView(offer);
        }
        screen.findViewById(R.id.offers).setVisibility(names.isEmpty() ? View.GONE : View.VISIBLE);
    }

    private void put(String name) {
        String before = field.getText().toString();
        int cursor = field.getSelectionEnd();
        int at = before.lastIndexOf('@', Math.max(0, cursor - 1));
        field.setText(Mentions.put(before, cursor, name));
        field.setSelection(Math.min(field.length(), at + name.length() + 2));
    }
}
