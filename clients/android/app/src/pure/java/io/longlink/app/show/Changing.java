package io.longlink.app.show;

import io.longlink.app.model.Account;
import io.longlink.app.model.Item;
import io.longlink.client.Failure;
import io.longlink.v1.Code;

/** What may be changed and taken back, as far as refusals have taught it: the server has the limits (E19). */
final class Changing {
    private long editMs = Long.MAX_VALUE;
    private long recallMs = Long.MAX_VALUE;

    boolean mayEdit(Account account, Item item, long nowMs) {
        boolean own = item.from() == account.me && item.kind == Item.Kind.TEXT;
        return own && nowMs - item.sentAtMs() < editMs;
    }

    boolean mayRecall(Account account, long peer, Item item, long nowMs) {
        if (!item.isSaid()) {
            return false;
        }
        boolean own = item.from() == account.me && nowMs - item.sentAtMs() < recallMs;
        return own || (peer < 0 && account.groups.isAdmin(peer));
    }

    /** One that is so old could not be changed: no use in offering it for older ones. */
    void editFailed(Failure why, Item item, long nowMs) {
        if (why.is(Code.CODE_TOO_LATE)) {
            editMs = Math.min(editMs, nowMs - item.sentAtMs());
        }
    }

    void recallFailed(Failure why, Item item, long nowMs) {
        if (why.is(Code.CODE_TOO_LATE) && item != null) {
            recallMs = Math.min(recallMs, nowMs - item.sentAtMs());
        }
    }
}
