package io.longlink.app.show;

import io.longlink.app.model.Hub;
import io.longlink.app.words.Words;
import io.longlink.client.Ended;
import io.longlink.client.State;
import io.longlink.v1.CloseReason;

/** How it stands with the link, where that is worth a word. It does not change. */
public final class Banner {
    static final Banner NONE = new Banner("", "");

    /** Empty: there is nothing to say. */
    public final String text;
    /** What a tap on it does: tries at once. Empty: nothing. */
    public final String action;

    private Banner(String text, String action) {
        this.text = text;
        this.action = action;
    }

    static Banner of(Words words, Hub hub) {
        State state = hub.account().state();
        if (state == null) {
            return NONE;
        }
        switch (state.kind()) {
            case ONLINE:
                return NONE;
            case CONNECTING:
                return new Banner(words.get("banner_connecting"), "");
            case WAITING:
                return new Banner(words.get("banner_waiting"), words.get("banner_retryNow"));
            default:
                return ended(words, state.ended());
        }
    }

    private static Banner ended(Words words, Ended why) {
        if (why.is(CloseReason.CLOSE_REASON_REPLACED)) {
            return new Banner(words.get("ended_replaced"), words.get("ended_useHere"));
        }
        if (why.kind() == Ended.Kind.LOGIN_REFUSED) {
            return new Banner(Fails.code(words, why.number(), "hello"), words.get("ended_again"));
        }
        return new Banner(words.get("ended_stoppedWhy", "reason", why.number()), words.get("ended_again"));
    }
}
