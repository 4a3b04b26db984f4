package io.longlink.client;

import java.util.Locale;
import java.util.regex.Pattern;

/** Knows the names of this device itself. */
final class Loopback {
    private static final Pattern IPV4 = Pattern.compile("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");

    private Loopback() {}

    /** By its text alone: a name that is looked up could be anything. */
    static boolean is(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.equals("::1") || IPV4.matcher(name).matches();
    }
}
