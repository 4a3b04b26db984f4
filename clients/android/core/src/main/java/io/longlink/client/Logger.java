package io.longlink.client;

/** Takes lines for the developer. They hold no message, password or token. */
public interface Logger {
    /** Called on threads of the client's; it must not block. */
    void log(String line);
}
