package io.longlink.app.model;

/** Takes what became of something. */
public interface Then<T> {
    void take(T value);
}
