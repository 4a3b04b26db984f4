package io.longlink.client;

import io.longlink.v1.Contact;
import io.longlink.v1.ConversationPush;
import io.longlink.v1.Entry;
import io.longlink.v1.GroupRequestPush;
import io.longlink.v1.PresencePush;
import io.longlink.v1.ReceiptPush;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import io.longlink.v1.TypingPush;
import java.util.List;

/**
 * Takes what happens, in order, one call at a time, on the executor of {@link Settings}. Override what the app is
 * interested in.
 *
 * <p>While the app is behind with these, the link is not read: nothing is lost, and nothing piles up.
 */
public abstract class Listener {
    /** How it stands with the link now. */
    public void onState(State state) {}

    /** Logged in, for the first time or again. Ask now for the states that are shown: presence, contacts, settings. */
    public void onLoggedIn(LoggedIn now) {}

    /**
     * Entries of the inbox, by ascending {@code queue_id}. Store them before this returns: then the cursor is kept, and
     * they do not come again. After a crash in between they do, so take each {@code queue_id} once.
     *
     * <p>An entry from oneself is one that another device wrote, or one that was sent here and had no reply when the
     * link broke: then its {@code client_msg_id} is that of the message that waits, and {@link #onSent} follows.
     */
    public void onEntries(List<Entry> entries) {}

    /**
     * The server's log is another one than before: what was kept under the old one means nothing any more. The entries
     * of the new one follow from its first.
     */
    public void onStartOver(String epoch) {}

    /** A message is kept by the server, also one that an earlier run of the app has begun to send. */
    public void onSent(SendRequest message, SendReply reply) {}

    /** A message was refused for good, or could not be kept here. It is not tried again by itself. */
    public void onSendFailed(SendRequest message, Failure why) {}

    /** Somebody has read up to somewhere, or it has arrived there. */
    public void onReceipt(ReceiptPush receipt) {}

    /** Somebody is writing: show it for a few seconds. */
    public void onTyping(TypingPush typing) {}

    /** Contacts came online or went. Of another {@code epoch} than before: forget the states of before, and ask. */
    public void onPresence(PresencePush presence) {}

    /** What one is to somebody as a contact has changed. */
    public void onContact(Contact contact) {}

    /** Another of one's devices has pinned or muted a conversation, or ended that. */
    public void onConversation(ConversationPush conversation) {}

    /** Somebody asks to join a group of which one is an admin. */
    public void onGroupRequest(GroupRequestPush request) {}
}
