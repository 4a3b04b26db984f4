package io.longlink.client;

import io.longlink.v1.Command;
import io.longlink.v1.Entry;
import io.longlink.v1.HelloReply;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;

/** A client in virtual time, whose server is the test. */
final class World {
    static final String EPOCH = "an-epoch";
    static final long ME = 7;

    final FakeLoop loop = new FakeLoop();
    final List<FakeWire> wires = new ArrayList<>();
    Told told = new Told();
    Storage storage = new MemoryStorage();
    Executor executor = Runnable::run;
    Settings.Builder settings =
            Settings.forServer("chat.example.com:8445").credential(Credential.password("anna", "her password"));
    Owner owner;

    World start() {
        settings.storage(storage);
        Wire.Dial dial = events -> {
            FakeWire wire = new FakeWire(loop, events);
            wires.add(wire);
            return wire;
        };
        owner = new Owner(settings.build(), loop, dial, executor, told, new Random(1));
        loop.start(owner);
        return this;
    }

    /** Another run of the app on the same storage. */
    World restarted() {
        World next = new World();
        next.storage = storage;
        next.settings = settings;
        return next;
    }

    /** The connection that is there, or on its way. */
    FakeWire wire() {
        loop.settle();
        return wires.get(wires.size() - 1);
    }

    /** Waits, in virtual time, for the connection behind this many. */
    FakeWire wireAfter(int count, long withinMs) {
        loop.settle();
        for (long passed = 0; wires.size() <= count && passed < withinMs; passed += 100) {
            loop.pass(100);
        }
        if (wires.size() != count + 1) {
            throw new AssertionError(wires.size() + " connections, and not " + (count + 1));
        }
        return wire();
    }

    /** The next connection. */
    FakeWire nextWire() {
        return wireAfter(wires.size(), 61_000);
    }

    /** Started, and logged in. */
    FakeWire online() {
        start();
        return wire().welcomes(welcome().build());
    }

    static HelloReply.Builder welcome() {
        return HelloReply.newBuilder()
                .setUserId(ME)
                .setUserName("anna")
                .setToken("a.token")
                .setEpoch(EPOCH)
                .setHead(10)
                .setHeartbeatIntervalMs(240_000)
                .setIdleTimeoutMs(900_000);
    }

    static Entry entry(long queueId, long from) {
        return Entry.newBuilder().setQueueId(queueId).setFrom(from).setTo(ME).setClientMsgId("of-" + queueId).build();
    }

    String send(long peer, String text) {
        SendRequest message = SendRequest.newBuilder().setTo(peer).setClientMsgId("id-" + text).build();
        owner.calls().send(message, null);
        loop.settle();
        return message.getClientMsgId();
    }

    static SendReply kept(long queueId) {
        return SendReply.newBuilder().setQueueId(queueId).build();
    }

    State.Kind state() {
        loop.settle();
        return owner.state().kind();
    }

    static SendRequest sendOf(Frame frame) {
        if (frame.command != Command.COMMAND_SEND_VALUE) {
            throw new AssertionError("not a send: " + frame.command);
        }
        try {
            return SendRequest.parseFrom(frame.body);
        } catch (com.google.protobuf.InvalidProtocolBufferException unreadable) {
            throw new AssertionError(unreadable);
        }
    }
}
