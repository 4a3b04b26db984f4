package io.longlink.app.words;

import java.util.Locale;

/** The app's words, in the language of the person. Where they stand is the platform's matter; tests read the same files. */
public abstract class Words {
    /** The words under this name, with {@code {holes}} in them; {@code null} if there are none. */
    protected abstract String template(String name);

    /** For dates and numbers. */
    public abstract Locale locale();

    /** The words, with what stands in braces filled in: {@code get("list_you", "text", text)}. */
    public final String get(String name, Object... values) {
        String text = template(name);
        if (text == null) {
            throw new IllegalArgumentException("there are no words \"" + name + "\"");
        }
        StringBuilder filled = new StringBuilder();
        int at = 0;
        // In one pass, so that braces in what people write stay what they are.
        for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', at)) {
            int close = text.indexOf('}', open);
            if (close < 0) {
                break;
            }
            filled.append(text, at, open).append(valueOf(text.substring(open + 1, close), values));
            at = close + 1;
        }
        return filled.append(text, at, text.length()).toString();
    }

    /** The same for a number of things; {@code {n}} is the number. */
    public final String count(String stem, long n, Object... values) {
        Object[] all = new Object[values.length + 2];
        System.arraycopy(values, 0, all, 2, values.length);
        all[0] = "n";
        all[1] = n;
        return get(stem + (n == 1 ? "_one" : "_other"), all);
    }

    public final boolean has(String name) {
        return template(name) != null;
    }

    private static String valueOf(String hole, Object[] values) {
        for (int i = 0; i + 1 < values.length; i += 2) {
            if (hole.equals(values[i])) {
                return String.valueOf(values[i + 1]);
            }
        }
        return "{" + hole + "}";
    }
}
