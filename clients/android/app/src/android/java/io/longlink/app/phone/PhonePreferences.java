package io.longlink.app.phone;

import android.content.Context;
import android.content.SharedPreferences;
import io.longlink.app.model.Preferences;

/** Small things in a file that no other app can read, and that stays out of backups (see the manifest). */
final class PhonePreferences implements Preferences {
    private final SharedPreferences file;

    PhonePreferences(Context context) {
        file = context.getSharedPreferences("longlink", Context.MODE_PRIVATE);
    }

    @Override
    public String get(String name) {
        return file.getString(name, "");
    }

    @Override
    public void set(String... namesAndValues) {
        SharedPreferences.Editor edit = file.edit();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (namesAndValues[i + 1].isEmpty()) {
                edit.remove(namesAndValues[i]);
            } else {
                edit.putString(namesAndValues[i], namesAndValues[i + 1]);
            }
        }
        // Written before anything relies on it: a token that is lost is a login that is lost.
        edit.commit();
    }
}
