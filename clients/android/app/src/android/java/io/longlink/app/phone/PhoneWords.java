package io.longlink.app.phone;

import android.content.Context;
import io.longlink.app.words.Words;
import java.util.Locale;

/** The words as the phone's language has them: string resources, by name. */
final class PhoneWords extends Words {
    private final Context context;

    PhoneWords(Context context) {
        this.context = context;
    }

    @Override
    protected String template(String name) {
        int id = context.getResources().getIdentifier(name, "string", context.getPackageName());
        return id == 0 ? null : context.getString(id);
    }

    @Override
    @SuppressWarnings("deprecation")
    public Locale locale() {
        return context.getResources().getConfiguration().locale;
    }
}
