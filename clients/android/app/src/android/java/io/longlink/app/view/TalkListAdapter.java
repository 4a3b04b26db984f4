package io.longlink.app.view;

import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.BaseAdapter;
import android.widget.TextView;
import io.longlink.app.R;
import io.longlink.app.show.ListState;
import java.util.Collections;
import java.util.List;

/** Draws the lines of the list of conversations. */
final class TalkListAdapter extends BaseAdapter {
    private List<ListState.Row> rows = Collections.emptyList();

    void show(List<ListState.Row> now) {
        rows = now;
        notifyDataSetChanged();
    }

    @Override
    public int getCount() {
        return rows.size();
    }

    @Override
    public ListState.Row getItem(int at) {
        return rows.get(at);
    }

    @Override
    public long getItemId(int at) {
        return rows.get(at).peer;
    }

    @Override
    public boolean hasStableIds() {
        return true;
    }

    @Override
    @SuppressWarnings("deprecation")
    public View getView(int at, View before, ViewGroup parent) {
        View view = before != null
                ? before
                : LayoutInflater.from(parent.getContext()).inflate(R.layout.row_talk, parent, false);
        ListState.Row row = rows.get(at);
        ((FaceView) view.findViewById(R.id.face)).show(row.face);
        Texts.put(view, R.id.name, row.name);
        Texts.put(view, R.id.time, row.time);
        TextView preview = Texts.put(view, R.id.preview, row.preview);
        preview.setTextColor(view.getResources().getColor(row.typing ? R.color.accent : R.color.soft));
        view.findViewById(R.id.pinned).setVisibility(row.pinned ? View.VISIBLE : View.GONE);
        view.findViewById(R.id.muted).setVisibility(row.muted ? View.VISIBLE : View.GONE);
        String sign = row.failed ? "!" : row.mentioned ? "@ " + row.unread : row.unread;
        TextView unread = Texts.putOrHide(view, R.id.unread, sign);
        boolean quiet = row.muted && !row.mentioned;
        unread.setBackgroundResource(
                row.failed ? R.drawable.badge_failed : quiet ? R.drawable.badge_muted : R.drawable.badge);
        unread.setContentDescription(
                row.failed ? view.getResources().getString(R.string.state_failed) : row.unreadSaid);
        return view;
    }
}
