package io.longlink.app.model;

/** Small things that the phone keeps by name: on Android a private file of the app. Safe on any thread. */
public interface Preferences {
    /** Empty if nothing is kept under this name. */
    String get(String name);

    /** All or none of it is written: names and values, one behind the other. An empty value removes. */
    void set(String... namesAndValues);
}
