package io.longlink.app.view;

import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.BaseAdapter;
import android.widget.CheckBox;
import io.longlink.app.R;
import io.longlink.app.show.PeopleState;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Draws people, with a box to choose them or buttons to answer those who ask. */
final class PeopleAdapter extends BaseAdapter {
    /** An answer to somebody who asks to be a contact. */
    interface Answer {
        void give(long user, boolean accept);
    }

    private final boolean choosing;
    private final Answer answer;
    private final Set<Long> chosen = new LinkedHashSet<>();
    private List<PeopleState.Row> rows = Collections.emptyList();

    PeopleAdapter(boolean choosing, Answer answer) {
        this.choosing = choosing;
        this.answer = answer;
    }

    void show(List<PeopleState.Row> now) {
        rows = now;
        notifyDataSetChanged();
    }

    Set<Long> chosen() {
        return chosen;
    }

    void toggle(long user) {
        if (!chosen.remove(user)) {
            chosen.add(user);
        }
        notifyDataSetChanged();
    }

    @Override
    public int getCount() {
        return rows.size();
    }

    @Override
    public PeopleState.Row getItem(int at) {
        return rows.get(at);
    }

    @Override
    public long getItemId(int at) {
        return at;
    }

    @Override
    public int getViewTypeCount() {
        return 2;
    }

    @Override
    public int getItemViewType(int at) {
        return rows.get(at).isHeading() ? 0 : 1;
    }

    @Override
    public boolean areAllItemsEnabled() {
        return false;
    }

    @Override
    public boolean isEnabled(int at) {
        return !rows.get(at).isHeading();
    }

    @Override
    public View getView(int at, View before, ViewGroup parent) {
        PeopleState.Row row = rows.get(at);
        int layout = row.isHeading() ? R.layout.row_heading : R.layout.row_person;
        View view = before != null
                ? before
                : LayoutInflater.from(parent.getContext()).inflate(layout, parent, false);
        if (row.isHeading()) {
            Texts.put(view, R.id.text, row.name);
            return view;
        }
        ((FaceView) view.findViewById(R.id.face)).show(row.face);
        Texts.put(view, R.id.name, row.name);
        Texts.putOrHide(view, R.id.hint, row.hint);
        CheckBox box = (CheckBox) view.findViewById(R.id.chosen);
        box.setVisibility(choosing ? View.VISIBLE : View.GONE);
        box.setChecked(chosen.contains(row.peer));
        button(view, R.id.accept, row, true);
        button(view, R.id.decline, row, false);
        return view;
    }

    private void button(View view, int id, PeopleState.Row row, boolean accept) {
        View button = view.findViewById(id);
        button.setVisibility(row.asks && !choosing ? View.VISIBLE : View.GONE);
        button.setOnClickListener(tapped -> answer.give(row.peer, accept));
    }
}
