package io.longlink.client;

/** How to log in. It is not shown by {@link #toString}, so that it reaches no log by accident. */
public final class Credential {
    /** Only the token that the server gave at an earlier login, and that the {@link Storage} has kept. */
    public static final Credential STORED = new Credential(null, null, null);

    final String name;
    final String password;
    final String token;

    private Credential(String name, String password, String token) {
        this.name = name;
        this.password = password;
        this.token = token;
    }

    /** A person's name and password. Later logins go by the token that the server gives for it. */
    public static Credential password(String name, String password) {
        if (name == null || password == null) {
            throw new IllegalArgumentException("name and password must be given");
        }
        return new Credential(name, password, null);
    }

    /** A login token, such as a business backend makes (PROTOCOL.md, T). */
    public static Credential token(String token) {
        if (token == null) {
            throw new IllegalArgumentException("the token must be given");
        }
        return new Credential(null, null, token);
    }

    boolean isPassword() {
        return password != null;
    }

    @Override
    public String toString() {
        return "Credential(..)";
    }
}
