package io.longlink.client;

import java.io.IOException;
import java.util.List;

/**
 * Keeps what outlives the process: the login token, how far entries were taken, and messages that are not sent yet. One
 * storage is for one account, and for one client at a time; {@link FileStorage} and {@link MemoryStorage} are two.
 *
 * <p>Called on one thread of the client's at a time. A name has at most 64 of the characters {@code a-z 0-9 . -}.
 */
public interface Storage {
    /** What was written under this name; {@code null} if nothing was. */
    byte[] read(String name) throws IOException;

    /** Writes it, whole or not at all. When this returns it outlives the process. */
    void write(String name, byte[] value) throws IOException;

    /** Removes it, if it is there. */
    void remove(String name) throws IOException;

    /** All names under which there is something, in any order. */
    List<String> names() throws IOException;
}
