package io.longlink.app.view;

import android.content.Context;
import android.content.Intent;
import android.text.Editable;
import android.text.TextWatcher;
import android.view.View;
import android.widget.AbsListView;
import android.widget.EditText;
import android.widget.ListView;
import io.longlink.app.R;
import io.longlink.app.phone.App;
import io.longlink.app.show.TalkPresenter;
import io.longlink.app.show.TalkRow;
import io.longlink.app.show.TalkState;

/** A conversation. */
public final class TalkActivity extends ScreenActivity<TalkState, TalkPresenter> {
    /** Which one: the number of the peer. */
    public static final String PEER = "peer";
    /** So many lines from the top older ones are asked for. */
    private static final int NEAR_TOP = 5;

    private final TalkAdapter rows = new TalkAdapter();
    private MessageMenu messages;
    private MentionStrip mentions;
    private ListView list;
    private EditText field;
    private TalkState shown;
    private long peer;
    private int draftNumber;
    private boolean atEnd = true;
    private boolean resumed;

    public static Intent of(Context context, long peer) {
        return new Intent(context, TalkActivity.class).putExtra(PEER, peer);
    }

    @Override
    protected TalkPresenter presenter(App app) {
        peer = getIntent().getLongExtra(PEER, 0);
        return new TalkPresenter(app.hub(), app.names(), peer);
    }

    @Override
    protected void build() {
        setContentView(R.layout.talk);
        list = (ListView) findViewById(R.id.rows);
        field = (EditText) findViewById(R.id.field);
        messages = new MessageMenu(this, presenter, peer < 0);
        mentions = new MentionStrip(this, presenter, field);
        list.setAdapter(rows);
        list.setOnItemClickListener((parent, view, at, id) -> tapped(rows.getItem(at)));
        list.setOnItemLongClickListener((parent, view, at, id) -> messages.open(rows.getItem(at)));
        list.setOnScrollListener(new Scrolled());
        onTap(R.id.head, this::about);
        onTap(R.id.menu, () -> menu(findViewById(R.id.menu)));
        onTap(R.id.send, this::send);
        onTap(R.id.composing_end, presenter::composeFresh);
        onTap(R.id.to_end, this::toEnd);
        field.addTextChangedListener(new Typed());
    }

    @Override
    protected void onNewIntent(Intent intent) {
        super.onNewIntent(intent);
        if (intent.getLongExtra(PEER, 0) != peer) {
            // Another conversation is another screen.
            finish();
            startActivity(intent);
        }
    }

    @Override
    protected void onResume() {
        super.onResume();
        resumed = true;
        presenter.look(atEnd);
    }

    @Override
    protected void onPause() {
        resumed = false;
        presenter.look(false);
        super.onPause();
    }

    private void send() {
        String text = field.getText().toString();
        if (!text.trim().isEmpty()) {
            field.setText("");
            presenter.send(text);
            toEnd();
        }
    }

    private void toEnd() {
        list.setSelection(rows.getCount() - 1);
        moved(true);
    }

    private void tapped(TalkRow row) {
        TalkRow.Message message = row.message;
        if (message != null && message.state == TalkRow.State.FAILED) {
            messages.open(row);
        } else if (message != null && message.face != null) {
            startActivity(PersonActivity.of(this, message.from));
        }
    }

    private void about() {
        if (peer > 0) {
            startActivity(PersonActivity.of(this, peer));
        } else if (peer < 0) {
            startActivity(GroupActivity.of(this, peer));
        }
    }

    private void menu(View anchor) {
        if (shown == null) {
            return;
        }
        boolean pinned = shown.pinned;
        boolean muted = shown.muted;
        Choices choices = new Choices(this);
        if (peer != 0) {
            choices.add(peer < 0 ? R.string.group_info : R.string.card_title, this::about);
        }
        choices.add(pinned ? R.string.talk_unpin : R.string.talk_pin, () -> presenter.pin(!pinned))
                .add(muted ? R.string.talk_unmute : R.string.talk_mute, () -> presenter.mute(!muted))
                .openAt(anchor);
    }

    @Override
    public void show(TalkState state) {
        boolean first = shown == null;
        shown = state;
        put(R.id.title, state.title);
        putOrHide(R.id.about, state.about);
        ((FaceView) findViewById(R.id.face)).show(state.face);
        draw(state.banner, presenter::retryLink);
        putOrHide(R.id.silence, state.silence);
        findViewById(R.id.composer).setVisibility(state.silence.isEmpty() ? View.VISIBLE : View.GONE);
        findViewById(R.id.composing).setVisibility(state.composingTitle.isEmpty() ? View.GONE : View.VISIBLE);
        put(R.id.composing_title, state.composingTitle);
        put(R.id.composing_text, state.composingText);
        if (state.draftNumber != draftNumber) {
            draftNumber = state.draftNumber;
            field.setText(state.draft);
            field.setSelection(state.draft.length());
            field.requestFocus();
        }
        draw(state, first);
    }

    /** Either the end stays in view, or what was in view does, whatever came above it or below. */
    private void draw(TalkState state, boolean first) {
        int top = list.getFirstVisiblePosition();
        View view = list.getChildAt(1);
        String key = view == null || top + 1 >= rows.getCount() ? null : rows.getItem(top + 1).key;
        int offset = view == null ? 0 : view.getTop() - list.getPaddingTop();
        rows.show(state.rows);
        int now = key == null ? -1 : rows.place(key);
        if (first || atEnd) {
            list.setSelection(rows.getCount() - 1);
        } else if (now >= 0 && now != top + 1) {
            list.setSelectionFromTop(now, offset);
        }
    }

    private void moved(boolean end) {
        if (end != atEnd) {
            atEnd = end;
            findViewById(R.id.to_end).setVisibility(end ? View.GONE : View.VISIBLE);
            if (resumed) {
                presenter.look(end);
            }
        }
    }

    /** Reads on above as one comes near to the top, and knows whether one is at the end. */
    private final class Scrolled implements AbsListView.OnScrollListener {
        private boolean byHand;

        @Override
        public void onScrollStateChanged(AbsListView view, int state) {
            byHand = state != SCROLL_STATE_IDLE;
        }

        @Override
        public void onScroll(AbsListView view, int first, int visible, int total) {
            if (byHand) {
                moved(first + visible >= total);
                if (first < NEAR_TOP && shown != null && shown.more) {
                    presenter.older();
                }
            }
        }
    }

    /** Says that one is writing, and offers names behind an @. */
    private final class Typed implements TextWatcher {
        @Override
        public void beforeTextChanged(CharSequence text, int start, int count, int after) {}

        @Override
        public void onTextChanged(CharSequence text, int start, int before, int count) {
            if (count > before && field.hasFocus()) {
                presenter.type();
            }
        }

        @Override
        public void afterTextChanged(Editable text) {
            if (peer < 0) {
                mentions.typed();
            }
        }
    }
}
