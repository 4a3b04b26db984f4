package io.longlink.app.show;

import io.longlink.app.model.Account;
import io.longlink.app.model.Item;
import io.longlink.app.model.Named;
import io.longlink.app.model.Notices;
import io.longlink.app.model.Presence;
import io.longlink.app.words.Times;
import io.longlink.app.words.Words;
import io.longlink.v1.GroupEvent;
import java.util.ArrayList;
import java.util.List;

/** What people, groups and happenings are called on the screen. */
public final class Names implements Notices.Teller {
    final Words words;
    final Times times;

    public Names(Words words) {
        this.words = words;
        this.times = new Times(words);
    }

    public String peer(Account account, long peer) {
        if (peer == Item.EVERYONE) {
            return words.get("peer_everyone");
        }
        if (peer == account.me) {
            return words.get("peer_self", "name", own(account, peer));
        }
        if (peer > 0) {
            return user(account, peer);
        }
        Named known = account.people.get(peer);
        return known == null || known.name.isEmpty() ? words.get("peer_unknownGroup", "id", -peer) : known.name;
    }

    /** What this person calls them, or what they call themselves. */
    public String user(Account account, long user) {
        Named known = account.people.get(user);
        return known == null || known.alias.isEmpty() || known.deleted ? own(account, user) : known.alias;
    }

    /** What they call themselves: what others see, too. */
    public String own(Account account, long user) {
        Named known = account.people.get(user);
        if (known == null || (known.name.isEmpty() && !known.deleted)) {
            return user == account.me ? account.name : words.get("peer_unknown", "id", user);
        }
        if (known.deleted) {
            return words.get("peer_deleted");
        }
        return known.nickname.isEmpty() ? known.name : known.nickname;
    }

    /** The line about somebody's being here; empty where it is not to be known. */
    public String presence(Account account, long user, long nowMs) {
        Presence.Seen seen = account.presence.of(user);
        if (seen == null) {
            return "";
        }
        if (seen.online) {
            return words.get("peer_online");
        }
        return seen.lastSeenAtMs > 0 ? times.ago(seen.lastSeenAtMs, nowMs) : words.get("peer_offline");
    }

    /** An entry's content in one line. */
    public String content(Item item) {
        switch (item.kind) {
            case TEXT:
                return oneLine(item.text);
            case PICTURE:
            case FILE:
                String text = item.text.isEmpty() ? item.media.getName() : oneLine(item.text);
                String name = item.kind == Item.Kind.PICTURE ? "media_pictureLine" : "media_fileLine";
                return words.get(name, "text", text).trim();
            case RECALLED:
                return words.get("talk_recalled");
            case EVENT:
                return words.get("event_other");
            default:
                return words.get("talk_unknownType", "type", item.entry.getContentType());
        }
    }

    /** An entry in one line, for the list. */
    public String preview(Account account, long peer, Item item) {
        String who = item.kind == Item.Kind.EVENT ? "" : user(account, item.from());
        if (item.kind == Item.Kind.EVENT) {
            return event(account, item);
        }
        if (item.kind == Item.Kind.RECALLED && peer >= 0) {
            return item.from() == account.me
                    ? words.get("talk_recalledByYou")
                    : words.get("talk_recalledBy", "name", who);
        }
        if (item.kind == Item.Kind.RECALLED) {
            return words.get("list_from", "name", who, "text", content(item));
        }
        if (item.from() == account.me && peer != account.me) {
            return words.get("list_you", "text", content(item));
        }
        return peer > 0 ? content(item) : words.get("list_from", "name", who, "text", content(item));
    }

    @Override
    public String title(Account account, long peer) {
        return peer(account, peer);
    }

    @Override
    public String line(Account account, long peer, Item item) {
        return preview(account, peer, item);
    }

    /** What stands in a conversation without bubbles: what happened to a group. */
    public String event(Account account, Item item) {
        GroupEvent event = item.event;
        List<Long> users = event.getUsersList();
        String who = subject(account, item.from());
        String whom = objects(account, users);
        boolean alone = users.size() == 1 && users.get(0) == item.from();
        switch (event.getKind()) {
            case GROUP_EVENT_KIND_CREATED:
                return words.get("event_created", "who", who, "name", event.getName());
            case GROUP_EVENT_KIND_JOINED:
                return alone ? words.get("event_joinedSelf", "who", who) : said("event_joined", who, whom);
            case GROUP_EVENT_KIND_LEFT:
                return said("event_left", who, users.size() == 1 ? subject(account, users.get(0)) : whom);
            case GROUP_EVENT_KIND_REMOVED:
                return said("event_removed", who, whom);
            case GROUP_EVENT_KIND_RENAMED:
                return words.get("event_renamed", "who", who, "name", event.getName());
            case GROUP_EVENT_KIND_PICTURE_CHANGED:
                return words.get("event_picture", "who", who);
            case GROUP_EVENT_KIND_RULES_CHANGED:
                return words.get("event_rules", "who", who);
            case GROUP_EVENT_KIND_ADMINS_MADE:
                return said("event_adminsMade", who, whom);
            case GROUP_EVENT_KIND_ADMINS_ENDED:
                return said(alone ? "event_adminEndedSelf" : "event_adminsEnded", who, whom);
            case GROUP_EVENT_KIND_HANDED_OVER:
                return said("event_handedOver", who, whom);
            case GROUP_EVENT_KIND_MUTED:
                String until = event.getUntilMs() < 0 ? "" : times.full(event.getUntilMs());
                return until.isEmpty()
                        ? said("event_mutedForGood", who, whom)
                        : words.get("event_muted", "who", who, "whom", whom, "time", until);
            case GROUP_EVENT_KIND_UNMUTED:
                return said("event_unmuted", who, whom);
            case GROUP_EVENT_KIND_DISSOLVED:
                return words.get("event_dissolved", "who", who);
            default:
                return words.get("event_other");
        }
    }

    private String said(String name, String who, String whom) {
        return words.get(name, "who", who, "whom", whom);
    }

    private String subject(Account account, long user) {
        return user == account.me ? words.get("event_you") : user(account, user);
    }

    private String objects(Account account, List<Long> users) {
        List<String> names = new ArrayList<>();
        // The person themselves first: whoever else came, that is what it is about.
        if (users.contains(account.me)) {
            names.add(words.get("event_youObject"));
        }
        for (long user : users) {
            if (user != account.me && names.size() < 2) {
                names.add(user(account, user));
            }
        }
        if (users.size() <= 1) {
            return names.isEmpty() ? "" : names.get(0);
        }
        return users.size() == 2
                ? words.get("event_and", "a", names.get(0), "b", names.get(1))
                : words.count("event_andMore", users.size() - 1, "a", names.get(0));
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").trim();
    }
}
