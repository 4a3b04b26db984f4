package io.longlink.app.view;

import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.BaseAdapter;
import android.widget.ImageView;
import android.widget.TextView;
import io.longlink.app.R;
import io.longlink.app.show.TalkRow;
import java.util.Collections;
import java.util.List;

/** Draws the lines of a conversation. */
final class TalkAdapter extends BaseAdapter {
    private static final int MINE = 0;
    private static final int THEIRS = 1;
    private static final int BETWEEN = 2;

    private List<TalkRow> rows = Collections.emptyList();

    void show(List<TalkRow> now) {
        rows = now;
        notifyDataSetChanged();
    }

    /** Where the line with this key stands; -1 if it does not. */
    int place(String key) {
        for (int at = 0; at < rows.size(); at++) {
            if (rows.get(at).key.equals(key)) {
                return at;
            }
        }
        return -1;
    }

    @Override
    public int getCount() {
        return rows.size();
    }

    @Override
    public TalkRow getItem(int at) {
        return rows.get(at);
    }

    @Override
    public long getItemId(int at) {
        return rows.get(at).key.hashCode();
    }

    @Override
    public int getViewTypeCount() {
        return 3;
    }

    @Override
    public int getItemViewType(int at) {
        switch (rows.get(at).kind) {
            case MINE:
                return MINE;
            case THEIRS:
                return THEIRS;
            default:
                return BETWEEN;
        }
    }

    @Override
    public View getView(int at, View before, ViewGroup parent) {
        int type = getItemViewType(at);
        int layout = type == MINE ? R.layout.row_mine : type == THEIRS ? R.layout.row_theirs : R.layout.row_between;
        View view = before != null
                ? before
                : LayoutInflater.from(parent.getContext()).inflate(layout, parent, false);
        TalkRow row = rows.get(at);
        if (row.message == null) {
            between(view, row);
        } else {
            message(view, row, row.message, type == MINE);
        }
        return view;
    }

    @SuppressWarnings("deprecation")
    private static void between(View view, TalkRow row) {
        TextView text = Texts.put(view, R.id.text, row.text);
        boolean isNew = row.kind == TalkRow.Kind.NEW;
        text.setTextColor(view.getResources().getColor(isNew ? R.color.accent : R.color.faint));
    }

    @SuppressWarnings("deprecation")
    private static void message(View view, TalkRow row, TalkRow.Message message, boolean mine) {
        float density = view.getResources().getDisplayMetrics().density;
        view.setPadding(
                view.getPaddingLeft(), Math.round((message.first ? 8 : 2) * density), view.getPaddingRight(), 0);
        View bubble = view.findViewById(R.id.bubble);
        int ground = mine ? R.drawable.bubble_mine : R.drawable.bubble_theirs;
        bubble.setBackgroundResource(message.recalled ? R.drawable.bubble_recalled : ground);
        Texts.putOrHide(view, R.id.author, message.author);
        if (!mine) {
            FaceView face = (FaceView) view.findViewById(R.id.face);
            face.show(message.face);
            int without = message.several ? View.INVISIBLE : View.GONE;
            face.setVisibility(message.face != null ? View.VISIBLE : without);
        }
        boolean answers = !message.quoteText.isEmpty();
        view.findViewById(R.id.quote).setVisibility(answers ? View.VISIBLE : View.GONE);
        Texts.putOrHide(view, R.id.quote_author, message.quoteAuthor);
        Texts.put(view, R.id.quote_text, message.quoteText);
        picture(view, message);
        TextView text = Texts.putOrHide(view, R.id.text, Texts.marked(row.text, message.mentioned, mine));
        int ink = message.recalled ? R.color.faint : mine ? R.color.on_mine : R.color.ink;
        text.setTextColor(view.getResources().getColor(ink));
        String edited = message.edited ? view.getResources().getString(R.string.talk_edited) + " · " : "";
        TextView time = Texts.put(view, R.id.time, edited + message.time);
        int soft = message.recalled ? R.color.faint : mine ? R.color.on_mine_soft : R.color.soft;
        time.setTextColor(view.getResources().getColor(soft));
        state(view, message);
        Texts.putOrHide(view, R.id.problem, message.problem);
    }

    private static void picture(View view, TalkRow.Message message) {
        ImageView picture = (ImageView) view.findViewById(R.id.picture);
        byte[] bytes = message.preview;
        // At most 16 KiB of it (D7), so it may be read while one scrolls.
        Bitmap bitmap = bytes == null || bytes.length == 0 ? null : BitmapFactory.decodeByteArray(bytes, 0, bytes.length);
        picture.setImageBitmap(bitmap);
        picture.setVisibility(bitmap == null ? View.GONE : View.VISIBLE);
        Texts.putOrHide(view, R.id.file, bitmap == null ? message.media : "");
    }

    @SuppressWarnings("deprecation")
    private static void state(View view, TalkRow.Message message) {
        ImageView state = (ImageView) view.findViewById(R.id.state);
        state.setVisibility(message.state == TalkRow.State.NONE ? View.GONE : View.VISIBLE);
        state.setContentDescription(message.stateSaid);
        int colour = message.state == TalkRow.State.READ ? R.color.read : R.color.on_mine_soft;
        state.setColorFilter(view.getResources().getColor(colour));
        switch (message.state) {
            case WAITING:
                state.setImageResource(R.drawable.waiting);
                break;
            case KEPT:
                state.setImageResource(R.drawable.kept);
                break;
            case DELIVERED:
            case READ:
                // Arrived looks as read does, in another colour, as people know it.
                state.setImageResource(R.drawable.read);
                break;
            case FAILED:
                state.setImageResource(R.drawable.failed);
                break;
            default:
                state.setImageDrawable(null);
                break;
        }
        Texts.putOrHide(view, R.id.readers, message.readers > 0 ? String.valueOf(message.readers) : "");
    }
}
