package io.longlink.app.show;

import io.longlink.app.model.Account;
import io.longlink.app.model.Item;
import io.longlink.app.model.Members;
import io.longlink.app.words.Letters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Naming people in a text: whom one may name, what is being typed behind an @, and who is named. */
public final class Mentions {
    /** All members are named in the language of who writes. */
    static final List<String> ALL_NAMES = Arrays.asList("all", "所有人");
    private static final int NAME_MAX = 64;
    private static final int OFFERED_MAX = 8;
    /** So many can be named in a message (E18). */
    private static final int NAMED_MAX = 100;

    private Mentions() {}

    /** The beginning of a name that is being typed before this place; {@code null} when none is. */
    public static String typed(String text, int cursor) {
        String before = text.substring(0, Math.min(cursor, text.length()));
        int at = before.lastIndexOf('@');
        if (at < 0 || before.length() - at > NAME_MAX) {
            return null;
        }
        if (at > 0) {
            int previous = before.codePointBefore(at);
            boolean word = Character.isLetterOrDigit(previous) || previous == '_' || previous == '.';
            // An @ in the midst of a word is an address of mail, except behind Han characters, which have no spaces.
            if (word && !Letters.isHan(previous)) {
                return null;
            }
        }
        String prefix = before.substring(at + 1);
        return prefix.matches("[^\\s@]*") ? prefix : null;
    }

    /** The text with the name in the place of what was typed. */
    public static String put(String text, int cursor, String name) {
        int at = text.lastIndexOf('@', Math.max(0, cursor - 1));
        String rest = text.substring(cursor);
        return text.substring(0, at) + "@" + name + " " + (rest.startsWith(" ") ? rest.substring(1) : rest);
    }

    /** Members of the group whose names begin so. */
    static List<String> offered(Names names, Account account, long group, String prefix) {
        List<String> some = new ArrayList<>();
        String wanted = prefix.toLowerCase(Locale.ROOT);
        String all = names.words.get("mention_all");
        if (account.groups.mayMentionAll(group) && all.startsWith(wanted)) {
            some.add(all);
        }
        List<Members.Member> members = account.groups.members.of(group);
        if (members != null) {
            for (Members.Member member : members) {
                String name = names.own(account, member.user);
                boolean fits = name.toLowerCase(Locale.ROOT).startsWith(wanted);
                if (fits && member.user != account.me && some.size() < OFFERED_MAX) {
                    some.add(name);
                }
            }
        }
        return some;
    }

    /** The users whom a text names. */
    static List<Long> in(Names names, Account account, long group, String text) {
        List<Long> users = new ArrayList<>();
        if (group >= 0 || text.indexOf('@') < 0) {
            return users;
        }
        for (String all : ALL_NAMES) {
            if (names(text, all) && account.groups.mayMentionAll(group) && users.isEmpty()) {
                users.add(Item.ALL);
            }
        }
        List<Members.Member> members = account.groups.members.of(group);
        if (members != null) {
            for (Members.Member member : members) {
                boolean named = member.user != account.me && names(text, names.own(account, member.user));
                if (named && users.size() < NAMED_MAX) {
                    users.add(member.user);
                }
            }
        }
        return users;
    }

    /** Whether a text names this one, and not somebody whose name only begins so. */
    private static boolean names(String text, String name) {
        String sign = "@" + name;
        for (int at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) {
            int end = at + sign.length();
            boolean word = end < text.length() && Character.isLetterOrDigit(text.codePointAt(end));
            boolean han = end < text.length() && Letters.isHan(text.codePointAt(end));
            if (!word || han) {
                return true;
            }
        }
        return false;
    }

    /** The names by which an item names people. */
    static List<String> shown(Names names, Account account, Item item) {
        List<String> all = new ArrayList<>();
        for (long user : item.mentions()) {
            if (user == Item.ALL) {
                all.addAll(ALL_NAMES);
            } else {
                all.add(names.own(account, user));
            }
        }
        return all;
    }
}
