package io.longlink.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.longlink.v1.HelloReply;
import io.longlink.v1.Resume;
import io.longlink.v1.SendRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What is in the storage, by its meaning. What cannot be understood any more counts as not there, but for the place. */
final class Kept {
    private static final String DEVICE = "device";
    private static final String LOGIN = "login";
    private static final String PLACE = "place";
    private static final String RHYTHMS = "rhythms";
    private static final String UNSENT = "unsent.";

    private final Storage storage;

    Kept(Storage storage) {
        this.storage = storage;
    }

    String device() throws IOException {
        byte[] bytes = storage.read(DEVICE);
        return bytes == null || bytes.length == 0 ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    void putDevice(String device) throws IOException {
        storage.write(DEVICE, device.getBytes(StandardCharsets.UTF_8));
    }

    /** Who logged in last, with the token that logs in next time; {@code null} if there is no token. */
    HelloReply login() throws IOException {
        HelloReply login = lastLogin();
        return login == null || login.getToken().isEmpty() ? null : login;
    }

    /** Who logged in last, with or without a token. */
    HelloReply lastLogin() throws IOException {
        byte[] bytes = storage.read(LOGIN);
        try {
            return bytes == null ? null : HelloReply.parseFrom(bytes);
        } catch (InvalidProtocolBufferException damaged) {
            return null;
        }
    }

    void putLogin(long userId, String userName, String token) throws IOException {
        HelloReply.Builder login = HelloReply.newBuilder().setUserId(userId).setUserName(userName).setToken(token);
        storage.write(LOGIN, login.build().toByteArray());
    }

    /** Up to where the app has its entries. A damaged one is a place in no log: then all is read anew, and none left out. */
    Resume place() throws IOException {
        byte[] bytes = storage.read(PLACE);
        try {
            return bytes == null ? null : Resume.parseFrom(bytes);
        } catch (InvalidProtocolBufferException damaged) {
            return Resume.getDefaultInstance();
        }
    }

    void putPlace(Resume place) throws IOException {
        storage.write(PLACE, place.toByteArray());
    }

    void removePlace() throws IOException {
        storage.remove(PLACE);
    }

    Rhythms rhythms() throws IOException {
        byte[] bytes = storage.read(RHYTHMS);
        if (bytes == null) {
            return new Rhythms();
        }
        try {
            return Rhythms.fromBytes(bytes);
        } catch (IOException damaged) {
            return new Rhythms();
        }
    }

    void putRhythms(Rhythms rhythms) throws IOException {
        storage.write(RHYTHMS, rhythms.toBytes());
    }

    /** The numbers of the messages that are not sent, in the order in which they were written. */
    List<Long> unsent() throws IOException {
        List<Long> orders = new ArrayList<>();
        for (String name : storage.names()) {
            if (name.startsWith(UNSENT)) {
                try {
                    orders.add(Long.parseLong(name.substring(UNSENT.length()), 16));
                } catch (NumberFormatException foreign) {
                    // Not one of ours.
                }
            }
        }
        Collections.sort(orders);
        return orders;
    }

    /** {@code null} if it is damaged. */
    SendRequest unsent(long order) throws IOException {
        byte[] bytes = storage.read(unsentName(order));
        try {
            return bytes == null ? null : SendRequest.parseFrom(bytes);
        } catch (InvalidProtocolBufferException damaged) {
            return null;
        }
    }

    void putUnsent(long order, SendRequest message) throws IOException {
        storage.write(unsentName(order), message.toByteArray());
    }

    void removeUnsent(long order) throws IOException {
        storage.remove(unsentName(order));
    }

    private static String unsentName(long order) {
        return UNSENT + String.format(Locale.ROOT, "%016x", order);
    }
}
