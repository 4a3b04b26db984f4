package io.longlink.app.model;

import io.longlink.client.Settings;
import io.longlink.client.Trust;

/** Where the server is and whom to trust that it is the one. It does not change. */
public final class Server {
    /** How the link is protected. */
    public enum Protection {
        /** TLS, as the authorities say that the phone knows. */
        AUTHORITIES,
        /** TLS with one certificate, known by its SHA-256, and no other. */
        PIN,
        /** None: whoever is on the way reads everything. */
        NONE
    }

    public final String address;
    public final Protection protection;
    /** With PIN the SHA-256 of the certificate, in hexadecimal. */
    public final String pin;

    public Server(String address, Protection protection, String pin) {
        this.address = address.trim();
        this.protection = protection;
        this.pin = pin.trim();
    }

    /** Settings for it; throws IllegalArgumentException where address or pin cannot be used. */
    public Settings.Builder settings() {
        return Settings.forServer(address).trust(trust());
    }

    private Trust trust() {
        switch (protection) {
            case PIN:
                return Trust.pinned(pin);
            case NONE:
                return Trust.plain();
            default:
                return Trust.system();
        }
    }

    public boolean isUsable() {
        try {
            settings();
            return true;
        } catch (IllegalArgumentException unusable) {
            return false;
        }
    }

    static Server load(Preferences kept) {
        Protection protection = Protection.AUTHORITIES;
        for (Protection one : Protection.values()) {
            protection = one.name().equals(kept.get("protection")) ? one : protection;
        }
        return new Server(kept.get("server"), protection, kept.get("pin"));
    }

    void save(Preferences kept) {
        kept.set("server", address, "protection", protection.name(), "pin", pin);
    }
}
