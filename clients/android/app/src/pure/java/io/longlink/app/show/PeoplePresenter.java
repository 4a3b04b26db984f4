package io.longlink.app.show;

import io.longlink.app.model.Account;
import io.longlink.app.model.Desk;
import io.longlink.app.model.Hub;
import io.longlink.app.model.Item;
import io.longlink.app.model.Named;
import io.longlink.app.model.People;
import io.longlink.v1.Contact;
import io.longlink.v1.ContactState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Contacts, who asks to be one, and finding people. Also where people are chosen for a group. */
public final class PeoplePresenter extends Presenter<PeopleState> {
    /** So long after a letter the server is asked. */
    private static final long TYPED_MS = 250;

    private final boolean choosing;
    private String query = "";
    private People.Found found;
    private boolean finding;
    private int asked;
    private Desk.Timer soon;

    /** {@code choosing}: only people who can be brought into a group. */
    public PeoplePresenter(Hub hub, Names names, boolean choosing) {
        super(hub, names);
        this.choosing = choosing;
    }

    public void search(String text) {
        with(account -> {
            query = text.trim();
            if (soon != null) {
                soon.cancel();
            }
            soon = hub.desk.after(TYPED_MS, () -> find(""));
        });
    }

    public void more() {
        with(account -> {
            if (found != null && found.more && !found.users.isEmpty() && !finding) {
                Named last = account.people.get(found.users.get(found.users.size() - 1));
                find(last == null ? "" : last.name);
            }
        });
    }

    public void answer(long user, boolean accept) {
        with(account -> account.contacts.answer(user, accept, () -> {}, complain("contact")));
    }

    public void join(String link, String greeting) {
        with(account -> {
            // The whole address, or its end.
            String end = link.trim().substring(link.trim().lastIndexOf('/') + 1);
            account.groups.join(end, greeting.trim(), reply -> {
                if (!reply.getJoined()) {
                    say(words.get("join_asked", "name", reply.getName()));
                }
                leave();
            }, complain("join"));
        });
    }

    private void find(String after) {
        Account account = hub.account();
        if (account == null) {
            return;
        }
        int number = ++asked;
        finding = true;
        account.people.find(query, after, reply -> {
            if (number != asked) {
                return;
            }
            finding = false;
            if (after.isEmpty() || found == null) {
                found = reply;
            } else {
                found = found.and(reply);
            }
            draw();
        }, why -> {
            finding = false;
            draw();
        });
    }

    @Override
    protected void opened() {
        find("");
    }

    @Override
    protected void accountMoved() {
        if (hub.account() == null) {
            leave();
        }
    }

    @Override
    protected PeopleState state() {
        Account account = hub.account();
        if (account == null) {
            return null;
        }
        List<PeopleState.Row> rows = new ArrayList<>();
        Set<Long> shown = new HashSet<>();
        shown.add(account.me);
        if (!choosing) {
            section(rows, shown, account, "contact_requests", ContactState.CONTACT_STATE_ASKS);
        }
        section(rows, shown, account, "contact_all", ContactState.CONTACT_STATE_CONTACT);
        if (!choosing) {
            section(rows, shown, account, "contact_waiting", ContactState.CONTACT_STATE_ASKED);
        }
        boolean listed = found == null || found.listed;
        if (!choosing && query.isEmpty()) {
            String everyone = words.get("peer_everyone");
            Face face = Face.of(names, account, Item.EVERYONE);
            rows.add(new PeopleState.Row(
                    face, Item.EVERYONE, everyone, words.get("peer_everyoneHint"), false));
        }
        others(rows, shown, account);
        String note = "";
        if (found != null && !query.isEmpty() && rows.isEmpty()) {
            note = words.get("list_none");
        } else if (!listed) {
            note = words.get("list_wholeName");
        } else if (found != null && rows.isEmpty()) {
            note = words.get("list_nobody");
        }
        String hint = words.get(listed ? "list_searchPeople" : "list_searchWhole");
        return new PeopleState(rows, note, found != null && found.more, hint);
    }

    private void section(
            List<PeopleState.Row> rows, Set<Long> shown, Account account, String heading, ContactState state) {
        List<PeopleState.Row> some = new ArrayList<>();
        for (Contact contact : account.contacts.in(state)) {
            long user = contact.getUser().getId();
            String name = names.user(account, user);
            if (!fits(account, user, name)) {
                continue;
            }
            shown.add(user);
            boolean asks = state == ContactState.CONTACT_STATE_ASKS;
            String hint = names.presence(account, user, hub.desk.nowMs());
            if (asks && !contact.getGreeting().isEmpty()) {
                hint = contact.getGreeting();
            }
            some.add(new PeopleState.Row(Face.of(names, account, user), user, name, hint, asks));
        }
        if (!some.isEmpty()) {
            rows.add(new PeopleState.Row(words.get(heading)));
            rows.addAll(some);
        }
    }

    private void others(List<PeopleState.Row> rows, Set<Long> shown, Account account) {
        if (found == null) {
            return;
        }
        boolean headed = false;
        for (long user : found.users) {
            if (shown.add(user)) {
                if (!headed) {
                    rows.add(new PeopleState.Row(words.get(query.isEmpty() ? "list_people" : "list_found")));
                    headed = true;
                }
                String hint = names.presence(account, user, hub.desk.nowMs());
                rows.add(new PeopleState.Row(
                        Face.of(names, account, user), user, names.user(account, user), hint, false));
            }
        }
    }

    private boolean fits(Account account, long user, String name) {
        String wanted = query.toLowerCase(java.util.Locale.ROOT);
        return name.toLowerCase(java.util.Locale.ROOT).contains(wanted)
                || names.own(account, user).toLowerCase(java.util.Locale.ROOT).contains(wanted);
    }
}
