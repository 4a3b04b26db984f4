package io.longlink.app.view;

import android.app.Activity;
import android.os.Bundle;
import android.view.View;
import android.widget.TextView;
import android.widget.Toast;
import io.longlink.app.R;
import io.longlink.app.phone.App;
import io.longlink.app.show.Banner;
import io.longlink.app.show.Presenter;
import io.longlink.app.show.Screen;

/**
 * An Activity that draws what a presenter tells, and tells it what was tapped.
 *
 * @param <S> the state that is drawn
 * @param <P> the presenter
 */
abstract class ScreenActivity<S, P extends Presenter<S>> extends Activity implements Screen<S> {
    protected P presenter;

    /** Makes the presenter; the application is there. */
    protected abstract P presenter(App app);

    /** Makes the views. */
    protected abstract void build();

    @Override
    protected final void onCreate(Bundle kept) {
        super.onCreate(kept);
        presenter = presenter(App.of(this));
        build();
        View back = findViewById(R.id.back);
        if (back != null) {
            back.setOnClickListener(tapped -> finish());
        }
        built(kept);
    }

    /** The views are there. */
    protected void built(Bundle kept) {}

    @Override
    protected void onStart() {
        super.onStart();
        presenter.attach(this, App.of(this).ui());
    }

    @Override
    protected void onStop() {
        presenter.detach();
        super.onStop();
    }

    @Override
    public final void say(String words) {
        Toast.makeText(this, words, Toast.LENGTH_LONG).show();
    }

    @Override
    public void leave() {
        finish();
    }

    protected final void draw(Banner banner, Runnable retry) {
        findViewById(R.id.banner).setVisibility(banner.text.isEmpty() ? View.GONE : View.VISIBLE);
        put(R.id.banner_text, banner.text);
        TextView action = (TextView) findViewById(R.id.banner_action);
        action.setVisibility(banner.action.isEmpty() ? View.GONE : View.VISIBLE);
        action.setText(banner.action);
        action.setOnClickListener(tapped -> retry.run());
    }

    protected final void put(int view, CharSequence text) {
        TextView field = (TextView) findViewById(view);
        if (!text.toString().contentEquals(field.getText())) {
            field.setText(text);
        }
    }

    /** Puts it there, or nothing where there is nothing to say. */
    protected final void putOrHide(int view, CharSequence text) {
        put(view, text);
        findViewById(view).setVisibility(text.length() == 0 ? View.GONE : View.VISIBLE);
    }

    protected final void onTap(int view, Runnable work) {
        findViewById(view).setOnClickListener(tapped -> work.run());
    }

    protected final String typed(int view) {
        return ((TextView) findViewById(view)).getText().toString();
    }
}
