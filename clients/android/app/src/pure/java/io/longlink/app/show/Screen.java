package io.longlink.app.show;

/** What a presenter draws on: an Activity, or a test. Called on the executor that it was attached with. */
public interface Screen<S> {
    /** The whole state, to be drawn in place of the one before. */
    void show(S state);

    /** Something that passes: a refusal, or that it is done. */
    void say(String words);

    /** This screen has nothing to show any more. */
    void leave();
}
