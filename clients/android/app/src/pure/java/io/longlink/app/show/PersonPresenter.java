package io.longlink.app.show;

import io.longlink.app.model.Account;
import io.longlink.app.model.Hub;
import io.longlink.app.model.Named;
import io.longlink.v1.Contact;
import io.longlink.v1.Sex;
import io.longlink.v1.User;

/** Somebody's card: who they are, what they are to this person, and what can be done about that. */
public final class PersonPresenter extends Presenter<PersonState> {
    private final long user;

    public PersonPresenter(Hub hub, Names names, long user) {
        super(hub, names);
        this.user = user;
    }

    /** Asks them to be a contact. */
    public void ask(String greeting) {
        with(account -> account.contacts.invite(user, greeting.trim(), () -> {}, complain("contact")));
    }

    public void answer(boolean accept) {
        with(account -> account.contacts.answer(user, accept, () -> {}, complain("contact")));
    }

    /** Ends being contacts, or takes back having asked. */
    public void remove() {
        with(account -> account.contacts.remove(user, () -> {}, complain("")));
    }

    public void note(String alias, String remark) {
        with(account -> account.contacts.note(
                user, alias.trim(), remark.trim(), sayDone("dialog_saved"), complain("contact")));
    }

    public void block(boolean blocked) {
        with(account -> account.contacts.block(user, blocked, () -> {}, complain("")));
    }

    public void pin(boolean pinned) {
        with(account -> account.conversations.set(
                user, pinned, ListPresenter.isMuted(account, user), complain("")));
    }

    public void mute(boolean muted) {
        with(account -> account.conversations.set(
                user, ListPresenter.isPinned(account, user), muted, complain("")));
    }

    @Override
    protected void opened() {
        with(account -> account.people.refresh(user));
    }

    @Override
    protected void accountMoved() {
        if (hub.account() == null) {
            leave();
        }
    }

    @Override
    protected PersonState state() {
        Account account = hub.account();
        if (account == null) {
            return null;
        }
        Contact contact = account.contacts.get(user);
        User profile = account.people.profile(user);
        return new PersonState(
                Face.of(names, account, user),
                names.user(account, user),
                others(account, profile),
                names.presence(account, user, hub.desk.nowMs()),
                profile == null ? "" : profile.getBio(),
                relation(account, contact),
                notice(contact),
                contact == null ? "" : contact.getAlias(),
                contact == null ? "" : contact.getRemark(),
                account.contacts.isBlocked(user),
                ListPresenter.isPinned(account, user),
                ListPresenter.isMuted(account, user));
    }

    private PersonState.Relation relation(Account account, Contact contact) {
        if (user == account.me) {
            return PersonState.Relation.SELF;
        }
        if (contact == null) {
            return PersonState.Relation.STRANGER;
        }
        switch (contact.getState()) {
            case CONTACT_STATE_CONTACT:
                return PersonState.Relation.CONTACT;
            case CONTACT_STATE_ASKED:
                return PersonState.Relation.ASKED;
            case CONTACT_STATE_ASKS:
                return PersonState.Relation.ASKS;
            default:
                return PersonState.Relation.STRANGER;
        }
    }

    private String notice(Contact contact) {
        if (contact == null) {
            return "";
        }
        switch (contact.getState()) {
            case CONTACT_STATE_ASKED:
                return words.get("contact_asked");
            case CONTACT_STATE_ASKS:
                return contact.getGreeting().isEmpty()
                        ? words.get("contact_asks")
                        : words.get("contact_asksSaying", "text", contact.getGreeting());
            default:
                return "";
        }
    }

    private String others(Account account, User profile) {
        StringBuilder all = new StringBuilder();
        String shown = names.user(account, user);
        String own = names.own(account, user);
        Named known = account.people.get(user);
        add(all, own.equals(shown) ? "" : own);
        boolean isOther = known != null && !known.name.equals(shown) && !known.name.equals(own);
        add(all, isOther && !known.deleted ? "@" + known.name : "");
        add(all, profile == null ? "" : sex(words, profile.getSex(), false));
        return all.toString();
    }

    private static void add(StringBuilder all, String part) {
        if (!part.isEmpty()) {
            all.append(all.length() == 0 ? "" : " · ").append(part);
        }
    }

    static String sex(io.longlink.app.words.Words words, Sex sex, boolean alsoNone) {
        switch (sex) {
            case SEX_FEMALE:
                return words.get("sex_female");
            case SEX_MALE:
                return words.get("sex_male");
            case SEX_OTHER:
                return words.get("sex_other");
            default:
                return alsoNone ? words.get("sex_none") : "";
        }
    }
}
