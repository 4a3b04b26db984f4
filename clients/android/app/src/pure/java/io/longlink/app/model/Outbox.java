package io.longlink.app.model;

import io.longlink.client.Failure;
import io.longlink.client.Longlink;
import io.longlink.v1.ContentType;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was written and is not known to be kept by the server, as it is shown: it waits, or was refused. The link sends it
 * and sends it again; here it stands in the phone's history before that, so that what is lost between the two in a crash
 * is sent once more, under the same name (E3).
 */
public final class Outbox {
    private final Desk desk;
    private final Then<Change> keep;
    private final Runnable changed;
    /** By {@code client_msg_id}, in the order in which they were written. */
    private final Map<String, Unsent> items = new LinkedHashMap<>();
    private Longlink link;

    Outbox(Desk desk, Then<Change> keep, Runnable changed) {
        this.desk = desk;
        this.keep = keep;
        this.changed = changed;
    }

    void load(List<Unsent> kept) {
        for (Unsent one : kept) {
            items.put(one.clientMsgId(), one);
        }
    }

    /** What waits here and is unknown to the link goes out again. */
    void over(Longlink link) {
        this.link = link;
        link.unsent(Ask.<List<SendRequest>>callback(known -> {
            Set<String> names = new HashSet<>();
            for (SendRequest one : known) {
                names.add(one.getClientMsgId());
                adopt(one);
            }
            for (Unsent one : all()) {
                if (one.waits() && !names.contains(one.clientMsgId())) {
                    link.send(one.message, null);
                }
            }
            changed.run();
        }, null));
    }

    /** What the link has and the history has lost is shown all the same. */
    private void adopt(SendRequest message) {
        if (!items.containsKey(message.getClientMsgId())) {
            put(new Unsent(message, desk.nowMs(), Unsent.WAITS));
        }
    }

    public List<Unsent> all() {
        return new ArrayList<>(items.values());
    }

    public List<Unsent> of(long peer) {
        List<Unsent> some = new ArrayList<>();
        for (Unsent one : items.values()) {
            if (one.peer() == peer) {
                some.add(one);
            }
        }
        return some;
    }

    void add(long peer, String text, long replyTo, List<Long> mentions) {
        SendRequest message = SendRequest.newBuilder()
                .setTo(peer)
                .setClientMsgId(Longlink.freshId())
                .setContentType(ContentType.CONTENT_TYPE_TEXT_VALUE)
                .setContent(ByteString.copyFromUtf8(text))
                .setReplyTo(replyTo)
                .addAllMentions(mentions)
                .build();
        put(new Unsent(message, desk.nowMs(), Unsent.WAITS));
        link.send(message, null);
        changed.run();
    }

    /** Of what was refused. */
    public void retry(String clientMsgId) {
        Unsent one = items.get(clientMsgId);
        if (one != null && !one.waits()) {
            put(one.refused(Unsent.WAITS));
            link.send(one.message, null);
            changed.run();
        }
    }

    public void discard(String clientMsgId) {
        link.discard(clientMsgId);
        items.remove(clientMsgId);
        keep.take(new Change().sent(clientMsgId));
        changed.run();
    }

    /** It is in the log; whoever calls keeps that, in one step with the entry. */
    Unsent drop(String clientMsgId) {
        return items.remove(clientMsgId);
    }

    void refused(SendRequest message, Failure why) {
        int code;
        switch (why.kind()) {
            case REFUSED:
                code = why.code();
                break;
            case ANOTHER_LOG:
                code = Unsent.OF_ANOTHER_LOG;
                break;
            case ENDED:
                // The next link sends it.
                return;
            default:
                code = Unsent.NOT_STORED;
                break;
        }
        Unsent before = items.get(message.getClientMsgId());
        long writtenAtMs = before == null ? desk.nowMs() : before.writtenAtMs;
        put(new Unsent(message, writtenAtMs, code));
        changed.run();
    }

    private void put(Unsent one) {
        items.put(one.clientMsgId(), one);
        keep.take(new Change().unsent(one));
    }

    /** The entry that a message has become. */
    static io.longlink.v1.Entry entry(long me, SendRequest message, SendReply reply) {
        return io.longlink.v1.Entry.newBuilder()
                .setQueueId(reply.getQueueId())
                .setFrom(me)
                .setTo(message.getTo())
                .setClientMsgId(message.getClientMsgId())
                .setContentType(message.getContentType())
                .setContent(message.getContent())
                .setSentAtMs(reply.getSentAtMs())
                .setReplyTo(message.getReplyTo())
                .addAllMentions(message.getMentionsList())
                .build();
    }
}
