package io.longlink.app.show;

import io.longlink.app.model.Account;
import io.longlink.app.model.Item;
import io.longlink.app.model.Named;
import io.longlink.app.words.Letters;

/** A sign for somebody: initials on a colour that stays the same for the same number. It does not change. */
public final class Face {
    /** So many colours there are. */
    public static final int COLOURS = 10;
    /** The colour of everyone, and of who is no more. */
    public static final int GREY = -1;

    public final String initials;
    public final int colour;
    /** People are round, groups are not. */
    public final boolean square;
    public final boolean online;

    private Face(String initials, int colour, boolean square, boolean online) {
        this.initials = initials;
        this.colour = colour;
        this.square = square;
        this.online = online;
    }

    static Face of(Names names, Account account, long peer) {
        Named known = peer > 0 ? account.people.get(peer) : null;
        boolean nobody = peer == Item.EVERYONE || (known != null && known.deleted);
        String name = peer > 0 ? names.own(account, peer) : names.peer(account, peer);
        int colour = nobody ? GREY : (int) (Math.abs(peer) % COLOURS);
        return new Face(initials(name), colour, peer <= 0, peer > 0 && account.presence.isOnline(peer));
    }

    /** One or two letters that stand for a name. */
    static String initials(String name) {
        String[] parts = name.trim().split("[\\s._-]+");
        String first = parts.length == 0 ? "" : parts[0];
        if (first.isEmpty()) {
            return "?";
        }
        int head = first.codePointAt(0);
        if (Letters.isHan(head)) {
            // A name in Han characters is known by its last two.
            int letters = first.codePointCount(0, first.length());
            return first.substring(first.offsetByCodePoints(0, Math.max(0, letters - 2)));
        }
        String letter = new String(Character.toChars(head)).toUpperCase(java.util.Locale.ROOT);
        if (parts.length > 1) {
            int other = parts[parts.length - 1].codePointAt(0);
            return letter + new String(Character.toChars(other)).toUpperCase(java.util.Locale.ROOT);
        }
        int last = first.codePointBefore(first.length());
        if (Character.isDigit(last) && !Character.isDigit(head)) {
            return letter + new String(Character.toChars(last));
        }
        int after = Character.charCount(head);
        return after < first.length() ? letter + new String(Character.toChars(first.codePointAt(after))) : letter;
    }
}
