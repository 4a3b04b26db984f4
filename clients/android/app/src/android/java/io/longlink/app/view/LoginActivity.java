package io.longlink.app.view;

import android.content.Intent;
import android.os.Bundle;
import android.text.method.PasswordTransformationMethod;
import android.view.View;
import android.widget.EditText;
import android.widget.ImageButton;
import io.longlink.app.R;
import io.longlink.app.phone.App;
import io.longlink.app.show.LoginPresenter;
import io.longlink.app.show.LoginState;

/** Logging in, or making an account. */
public final class LoginActivity extends ScreenActivity<LoginState, LoginPresenter> {
    private static final String REGISTERING = "registering";

    private boolean registering;
    private boolean named;

    @Override
    protected LoginPresenter presenter(App app) {
        return new LoginPresenter(app.hub(), app.names());
    }

    @Override
    protected void build() {
        setContentView(R.layout.login);
        onTap(R.id.submit, this::submit);
        onTap(R.id.other, () -> {
            registering = !registering;
            mode();
        });
        onTap(R.id.server, () -> startActivity(new Intent(this, SettingsActivity.class)));
        onTap(R.id.reveal, this::reveal);
        ((EditText) findViewById(R.id.password)).setOnEditorActionListener((field, action, key) -> {
            submit();
            return true;
        });
    }

    @Override
    protected void built(Bundle kept) {
        registering = kept != null && kept.getBoolean(REGISTERING);
        mode();
    }

    @Override
    protected void onSaveInstanceState(Bundle kept) {
        kept.putBoolean(REGISTERING, registering);
        super.onSaveInstanceState(kept);
    }

    private void mode() {
        put(R.id.title, getString(registering ? R.string.register_title : R.string.login_title));
        put(R.id.submit, getString(registering ? R.string.register_submit : R.string.login_submit));
        put(R.id.other, getString(registering ? R.string.register_toLogin : R.string.login_toRegister));
        findViewById(R.id.invited).setVisibility(registering ? View.VISIBLE : View.GONE);
    }

    private void submit() {
        if (registering) {
            presenter.register(typed(R.id.name), typed(R.id.password), typed(R.id.invitation));
        } else {
            presenter.logIn(typed(R.id.name), typed(R.id.password));
        }
    }

    private void reveal() {
        EditText password = (EditText) findViewById(R.id.password);
        boolean hidden = password.getTransformationMethod() != null;
        password.setTransformationMethod(hidden ? null : PasswordTransformationMethod.getInstance());
        password.setSelection(password.getText().length());
        ImageButton eye = (ImageButton) findViewById(R.id.reveal);
        eye.setContentDescription(getString(hidden ? R.string.login_hide : R.string.login_show));
    }

    @Override
    public void show(LoginState state) {
        if (!named && typed(R.id.name).isEmpty()) {
            put(R.id.name, state.name);
        }
        named = true;
        putOrHide(R.id.notice, state.notice);
        putOrHide(R.id.problem, state.problem);
        findViewById(R.id.submit).setEnabled(!state.busy);
        int busy = registering ? R.string.register_busy : R.string.login_busy;
        int idle = registering ? R.string.register_submit : R.string.login_submit;
        put(R.id.submit, getString(state.busy ? busy : idle));
        String server = state.server.isEmpty() ? getString(R.string.server_change) : state.server;
        put(R.id.server, getString(R.string.server_title) + ": " + server);
    }

    @Override
    public void leave() {
        startActivity(new Intent(this, MainActivity.class).addFlags(Intent.FLAG_ACTIVITY_CLEAR_TOP));
        finish();
    }
}
