package io.longlink.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.longlink.v1.Command;
import io.longlink.v1.ContactPush;
import io.longlink.v1.ConversationPush;
import io.longlink.v1.GroupRequestPush;
import io.longlink.v1.PresencePush;
import io.longlink.v1.ReceiptPush;
import io.longlink.v1.TypingPush;

/** Pushes that are no entries: states, of which the app is told, and nothing more (S5). */
final class Pushes {
    private Pushes() {}

    /** A push of a newer server, on which the app could not act, is passed over. */
    static void tell(int command, byte[] body, Feed feed, Listener listener) throws InvalidProtocolBufferException {
        if (command == Command.COMMAND_PUSH_RECEIPT_VALUE) {
            ReceiptPush receipt = ReceiptPush.parseFrom(body);
            feed.push(() -> listener.onReceipt(receipt));
        } else if (command == Command.COMMAND_PUSH_TYPING_VALUE) {
            TypingPush typing = TypingPush.parseFrom(body);
            feed.push(() -> listener.onTyping(typing));
        } else if (command == Command.COMMAND_PUSH_PRESENCE_VALUE) {
            PresencePush presence = PresencePush.parseFrom(body);
            feed.push(() -> listener.onPresence(presence));
        } else if (command == Command.COMMAND_PUSH_CONTACT_VALUE) {
            ContactPush contact = ContactPush.parseFrom(body);
            feed.push(() -> listener.onContact(contact.getContact()));
        } else if (command == Command.COMMAND_PUSH_CONVERSATION_VALUE) {
            ConversationPush conversation = ConversationPush.parseFrom(body);
            feed.push(() -> listener.onConversation(conversation));
        } else if (command == Command.COMMAND_PUSH_GROUP_REQUEST_VALUE) {
            GroupRequestPush request = GroupRequestPush.parseFrom(body);
            feed.push(() -> listener.onGroupRequest(request));
        }
    }
}
