package io.longlink.app.view;

import android.app.AlertDialog;
import android.content.ActivityNotFoundException;
import android.content.Intent;
import android.net.Uri;
import android.provider.Settings;
import android.text.InputType;
import android.view.ViewGroup;
import android.widget.Button;
import android.widget.EditText;
import io.longlink.app.R;
import io.longlink.app.model.Server;
import io.longlink.app.phone.App;
import io.longlink.app.phone.Permissions;
import io.longlink.app.show.SettingsPresenter;
import io.longlink.app.show.SettingsState;

/** Which server, how the connection is protected, what the phone does to it, and the way out. */
public final class SettingsActivity extends ScreenActivity<SettingsState, SettingsPresenter> {
    private Page page;
    private String drawn = "";
    private Server.Protection protection = Server.Protection.AUTHORITIES;
    private boolean wasLoggedIn;

    @Override
    protected SettingsPresenter presenter(App app) {
        return new SettingsPresenter(app.hub(), app.names());
    }

    @Override
    protected void build() {
        setContentView(R.layout.page);
        put(R.id.title, getString(R.string.settings));
        page = new Page(this, (ViewGroup) findViewById(R.id.page));
    }

    @Override
    public void show(SettingsState state) {
        if (wasLoggedIn && !state.loggedIn) {
            finish();
            return;
        }
        wasLoggedIn = state.loggedIn;
        String sign = state.server.address + state.server.protection + state.server.pin + state.status;
        if (sign.equals(drawn)) {
            return;
        }
        drawn = sign;
        page.clear();
        server(state);
        background();
        if (state.loggedIn) {
            page.note(getString(R.string.settings_device));
            page.danger(R.string.logOut, () -> logOut(state)).setId(R.id.log_out);
        }
    }

    private void server(SettingsState state) {
        page.heading(R.string.server_title);
        if (!state.status.isEmpty()) {
            page.note(state.status);
        }
        EditText address = page.field(
                R.id.address, R.string.server_address, getString(R.string.server_addressHint), state.server.address, false);
        address.setInputType(InputType.TYPE_CLASS_TEXT | InputType.TYPE_TEXT_VARIATION_URI);
        protection = state.server.protection;
        CharSequence[] ways = {
            getString(R.string.server_authorities), getString(R.string.server_pin), getString(R.string.server_noTls)
        };
        Button[] button = new Button[1];
        button[0] = page.quiet(label(ways), () -> new AlertDialog.Builder(this)
                .setTitle(R.string.server_protection)
                .setItems(ways, (dialog, which) -> {
                    protection = Server.Protection.values()[which];
                    button[0].setText(label(ways));
                    pinned();
                })
                .show());
        EditText pin = page.field(R.id.pin, R.string.server_pin, getString(R.string.server_pinHint), state.server.pin, false);
        pinned();
        if (state.server.protection == Server.Protection.NONE) {
            page.warning(getString(R.string.server_open));
        } else if (!Permissions.hasTls13()) {
            page.warning(getString(R.string.server_old));
        }
        page.primary(R.string.dialog_save, () -> presenter.setServer(new Server(
                address.getText().toString(), protection, pin.getText().toString()))).setId(R.id.save);
    }

    /** The certificate's field is there when it is asked for. */
    private void pinned() {
        page.show(R.id.pin, protection == Server.Protection.PIN);
    }

    private String label(CharSequence[] ways) {
        return getString(R.string.server_protection) + ": " + ways[protection.ordinal()];
    }

    /** What Android does to an app that nobody looks at, in words, and the way to where a person can change it. */
    private void background() {
        page.heading(R.string.background_title);
        page.note(getString(R.string.background_what));
        page.quiet(getString(R.string.background_battery), () ->
                open(new Intent("android.settings.IGNORE_BATTERY_OPTIMIZATION_SETTINGS")));
        page.quiet(getString(R.string.background_app), () ->
                open(new Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, Uri.parse("package:" + getPackageName()))));
    }

    private void open(Intent settings) {
        try {
            startActivity(settings);
        } catch (ActivityNotFoundException absent) {
            startActivity(new Intent(Settings.ACTION_SETTINGS));
        }
    }

    private void logOut(SettingsState state) {
        if (state.logOutSure.isEmpty()) {
            presenter.logOut();
        } else {
            Dialogs.sure(this, getString(R.string.logOut), state.logOutSure, presenter::logOut);
        }
    }
}
