package io.longlink.app.show;

import io.longlink.app.model.Unsent;
import io.longlink.app.words.Words;
import io.longlink.client.Failure;

/** Refusals in words. */
final class Fails {
    private Fails() {}

    /** {@code about}: what was tried, where that makes for better words; else empty. */
    static String text(Words words, Failure why, String about) {
        return why.kind() == Failure.Kind.REFUSED ? code(words, why.code(), about) : words.get("fail_lost");
    }

    static String code(Words words, int code, String about) {
        if (code == Unsent.OF_ANOTHER_LOG) {
            return words.get("fail_anotherLog");
        }
        if (code == Unsent.NOT_STORED) {
            return words.get("fail_phone");
        }
        if (about.equals("hello") && code == 5) {
            return words.get("fail_devices");
        }
        if (!about.isEmpty() && words.has("fail_" + about + code)) {
            return words.get("fail_" + about + code);
        }
        if (words.has("fail_" + code)) {
            return words.get("fail_" + code);
        }
        return words.get(code >= 100 && code <= 199 ? "fail_temporary" : "fail_final", "code", code);
    }
}
