package io.longlink.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.longlink.v1.Command;

/**
 * What can be asked of the server: a command, with the messages that ask and answer it. All there are stand in
 * {@link Requests}.
 *
 * @param <Q> the message that asks
 * @param <R> the message that answers
 */
public final class Request<Q extends MessageLite, R extends MessageLite> {
    final Command command;
    final Parser<Q> asks;
    final Parser<R> answers;

    Request(Command command, Parser<Q> asks, Parser<R> answers) {
        this.command = command;
        this.asks = asks;
        this.answers = answers;
    }

    /** The number in a frame's header. */
    public int number() {
        return command.getNumber();
    }

    /** As PROTOCOL.md writes it, and as the path of the short link has it: {@code group_create}. */
    public String name() {
        return Words.of(command.name(), "COMMAND_");
    }

    /** The reply in the body of a frame. Look at its code first: fields 1 and 2 are those of a {@code Refusal}. */
    public R read(byte[] body) throws InvalidProtocolBufferException {
        return answers.parseFrom(body);
    }

    @Override
    public String toString() {
        return name();
    }
}
