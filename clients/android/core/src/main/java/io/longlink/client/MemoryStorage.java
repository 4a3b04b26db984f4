package io.longlink.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A storage that forgets with the process: for tests, and for apps that log in anew each time. */
public final class MemoryStorage implements Storage {
    private final Map<String, byte[]> values = new HashMap<>();

    @Override
    public synchronized byte[] read(String name) {
        byte[] value = values.get(name);
        return value == null ? null : value.clone();
    }

    @Override
    public synchronized void write(String name, byte[] value) {
        values.put(name, value.clone());
    }

    @Override
    public synchronized void remove(String name) {
        values.remove(name);
    }

    @Override
    public synchronized List<String> names() {
        return new ArrayList<>(values.keySet());
    }
}
