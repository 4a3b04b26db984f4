package io.longlink.client;

import io.longlink.v1.Entry;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import java.util.ArrayList;
import java.util.List;

/** A listener that notes what it was told. */
class Told extends Listener {
    final List<State> states = new ArrayList<>();
    final List<LoggedIn> logins = new ArrayList<>();
    final List<Long> entries = new ArrayList<>();
    final List<String> sent = new ArrayList<>();
    final List<String> failed = new ArrayList<>();
    final List<String> epochs = new ArrayList<>();

    @Override
    public void onState(State state) {
        states.add(state);
    }

    @Override
    public void onLoggedIn(LoggedIn now) {
        logins.add(now);
    }

    @Override
    public void onEntries(List<Entry> more) {
        for (Entry entry : more) {
            entries.add(entry.getQueueId());
        }
    }

    @Override
    public void onStartOver(String epoch) {
        epochs.add(epoch);
    }

    @Override
    public void onSent(SendRequest message, SendReply reply) {
        sent.add(message.getClientMsgId());
    }

    @Override
    public void onSendFailed(SendRequest message, Failure why) {
        failed.add(message.getClientMsgId() + " " + why.kind());
    }
}
