package io.longlink.mars;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.longlink.client.Callback;
import io.longlink.client.Failure;
import io.longlink.client.Request;
import io.longlink.v1.ClosingPush;
import io.longlink.v1.Code;
import io.longlink.v1.Command;
import io.longlink.v1.EntriesPush;
import io.longlink.v1.Entry;
import io.longlink.v1.HelloReply;
import io.longlink.v1.HelloRequest;
import io.longlink.v1.Refusal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What an app on Tencent Mars' STN needs in order to speak with longlink: it makes the bytes that Mars asks for, and reads
 * those that Mars brings. {@link StnLogicCallback} and {@link StnManagerCallback} tie it to the two kinds of Mars there are.
 *
 * <p>Mars keeps the link, its heartbeat and its reconnects. Entries come by {@link #onEntries}, and some may come again
 * after a reconnect: take each {@code queue_id} once, and store it with the cursor (PROTOCOL.md, E12).
 *
 * <p>All of it is called on Mars' threads.
 */
public abstract class MarsLink {
    // Mars' own numbers, by name in StnLogic.
    private static final int CHECK_NOW = 0;
    private static final int CHECK_NEXT = 1;
    private static final int CHECK_NEVER = 2;
    private static final int RESP_OK = 0;
    private static final int RESP_SESSION_TIMEOUT = -13;
    private static final int RESP_TASK_END = -14;

    /** A task that Mars has not ended. */
    private static final class Task<R extends MessageLite> {
        final Request<?, R> request;
        final byte[] body;
        final Callback<R> callback;
        /** The callback was told: Mars may still bring a second answer, and ends the task in any case. */
        private boolean isTold;

        Task(Request<?, R> request, byte[] body, Callback<R> callback) {
            this.request = request;
            this.body = body;
            this.callback = callback;
        }

        private synchronized boolean isFirst() {
            boolean isFirst = !isTold;
            isTold = true;
            return isFirst && callback != null;
        }

        void replied(byte[] body, Refusal outcome) throws InvalidProtocolBufferException {
            int code = outcome.getCodeValue();
            R reply = code == 0 ? request.read(body) : null;
            if (!isFirst()) {
                return;
            }
            if (code == 0) {
                callback.onReply(reply);
            } else {
                callback.onFailed(Failure.refused(code, outcome.getMessage()));
            }
        }

        void failed(String why) {
            if (isFirst()) {
                callback.onFailed(Failure.disconnected(why));
            }
        }
    }

    /** Bounded by the tasks that the app has given to Mars: each is taken out when Mars ends it. */
    private final Map<Integer, Task<?>> tasks = new ConcurrentHashMap<>();

    private volatile boolean isStopped;

    // What the app says.

    /**
     * With what to log in on a fresh connection, and where to resume; {@code null} while nobody is logged in. It is asked
     * for at each connection, so take the token that {@link #onLoggedIn} brought, and the cursor of now.
     */
    protected abstract HelloRequest hello();

    /** Logged in, for the first time or again. Keep epoch and token; with START_OVER forget what was kept before. */
    protected abstract void onLoggedIn(HelloReply reply);

    /** The login was refused: with BAD_TOKEN ask for the password. */
    protected abstract void onLoginRefused(Failure why);

    /** Entries of the inbox, ascending. */
    protected abstract void onEntries(List<Entry> entries);

    /**
     * The server has ended the link with a reason from 200 to 299, and Mars does not know it: take Mars down now
     * ({@code Mars.onDestroy()}), or it comes back for ever.
     */
    protected abstract void onStop(int closeReason, String message);

    /** Any other push: typing, receipts, presence. Pass over commands that you do not know. */
    protected void onOther(Command command, byte[] body) {}

    /** After {@link #onStop}, when something has changed: the next connection logs in again. */
    public final void resume() {
        isStopped = false;
    }

    // What Mars asks.

    /** Notes a task, before it is given to Mars. */
    final <Q extends MessageLite, R extends MessageLite> void add(
            int taskId, Request<Q, R> request, Q message, Callback<R> callback) {
        // Encoded once: Mars may ask more than once, and must get the same client_msg_id each time (M3).
        tasks.put(taskId, new Task<>(request, message.toByteArray(), callback));
    }

    final boolean writeRequest(int taskId, ByteArrayOutputStream into) {
        Task<?> task = tasks.get(taskId);
        if (task == null) {
            return false;
        }
        into.write(task.body, 0, task.body.length);
        return true;
    }

    /** An answer that says no is an answer: only what cannot be read is none (M4). */
    final int readReply(int taskId, byte[] body) {
        Task<?> task = tasks.get(taskId);
        if (task == null) {
            return RESP_TASK_END;
        }
        byte[] reply = body == null ? new byte[0] : body;
        try {
            Refusal outcome = Refusal.parseFrom(reply);
            if (outcome.getCodeValue() == Code.CODE_NOT_LOGGED_IN_VALUE) {
                return RESP_SESSION_TIMEOUT;
            }
            task.replied(reply, outcome);
            return RESP_OK;
        } catch (InvalidProtocolBufferException unreadable) {
            return RESP_TASK_END;
        }
    }

    final void taskEnded(int taskId, int errorType, int errorCode) {
        Task<?> task = tasks.remove(taskId);
        if (task != null) {
            task.failed("mars gave it up: " + errorType + ", " + errorCode);
        }
    }

    /** The hello as an identify packet: Mars then logs in anew on each connection by itself (M6). */
    final int writeIdentify(ByteArrayOutputStream body, ByteArrayOutputStream hash, int[] command) {
        if (isStopped) {
            return CHECK_NEVER;
        }
        HelloRequest hello = hello();
        if (hello == null) {
            return CHECK_NEXT;
        }
        byte[] bytes = hello.toByteArray();
        body.write(bytes, 0, bytes.length);
        // Mars only gives it back with the answer.
        byte[] mark = "longlink".getBytes(StandardCharsets.US_ASCII);
        hash.write(mark, 0, mark.length);
        command[0] = Command.COMMAND_HELLO_VALUE;
        return CHECK_NOW;
    }

    final boolean readIdentified(byte[] body) {
        try {
            HelloReply reply = HelloReply.parseFrom(body == null ? new byte[0] : body);
            if (reply.getCodeValue() != 0) {
                onLoginRefused(Failure.refused(reply.getCodeValue(), reply.getMessage()));
                return false;
            }
            onLoggedIn(reply);
            return true;
        } catch (InvalidProtocolBufferException unreadable) {
            return false;
        }
    }

    final void readPush(int number, byte[] data) {
        Command command = Command.forNumber(number);
        if (command == null) {
            return;
        }
        byte[] body = data == null ? new byte[0] : data;
        try {
            if (command == Command.COMMAND_PUSH_ENTRIES) {
                onEntries(EntriesPush.parseFrom(body).getEntriesList());
            } else if (command == Command.COMMAND_PUSH_CLOSING) {
                closing(ClosingPush.parseFrom(body));
            } else {
                onOther(command, body);
            }
        } catch (InvalidProtocolBufferException unreadable) {
            // A later login brings again what this was: entries lie behind the cursor still.
        }
    }

    private void closing(ClosingPush closing) {
        int reason = closing.getReasonValue();
        if (reason >= 200 && reason < 300) {
            isStopped = true;
            onStop(reason, closing.getMessage());
        }
    }
}
