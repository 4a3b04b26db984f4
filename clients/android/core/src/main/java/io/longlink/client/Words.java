package io.longlink.client;

import java.util.Locale;

/** Names of the protocol's numbers, for people. */
final class Words {
    private Words() {}

    /** {@code COMMAND_LOG_OUT} without its kind: {@code log_out}. */
    static String of(String name, String kind) {
        String rest = name.startsWith(kind) ? name.substring(kind.length()) : name;
        return rest.toLowerCase(Locale.ROOT);
    }

    static String described(String message) {
        return message.isEmpty() ? "" : " (" + message + ")";
    }
}
