package io.longlink.client;

import io.longlink.v1.HelloReply;
import io.longlink.v1.HelloRequest;
import io.longlink.v1.PasswordCredential;
import java.io.IOException;

/** With what a client logs in, and as whom it has. Lives on the loop; the token may be looked at from anywhere. */
final class Login {
    private final Settings settings;
    private final Kept kept;
    private final String deviceId;
    /** Who logged in last; 0 if nobody did. */
    private long userId;
    private String userName = "";
    private Credential credential;
    private boolean isAccepted;
    /** A token that the server gave, or was found good: tried before the credential that the app gave. */
    private volatile String token;

    Login(Settings settings, Kept kept) throws IOException {
        this.settings = settings;
        this.kept = kept;
        credential = settings.credential;
        HelloReply last = kept.lastLogin();
        if (last != null) {
            userId = last.getUserId();
            userName = last.getUserName();
            if (credential == Credential.STORED && !last.getToken().isEmpty()) {
                token = last.getToken();
            }
        }
        String device = settings.deviceId == null ? kept.device() : settings.deviceId;
        if (device == null) {
            device = Longlink.freshId();
            kept.putDevice(device);
        }
        deviceId = device;
    }

    /** Whether it seems, before the login, that somebody else logged in here before. Only the login can tell. */
    boolean seemsAnothers() {
        // The server compares names without regard to letter case.
        return !isAccepted && userId != 0 && credential.isPassword() && !credential.name.equalsIgnoreCase(userName);
    }

    HelloRequest.Builder hello() {
        HelloRequest.Builder hello = HelloRequest.newBuilder().setDeviceId(deviceId);
        if (token != null) {
            return hello.setToken(token);
        }
        if (credential.token != null) {
            return hello.setToken(credential.token);
        }
        if (!credential.isPassword()) {
            return null;
        }
        return hello.setPassword(
                PasswordCredential.newBuilder().setName(credential.name).setPassword(credential.password));
    }

    /** The token is worth nothing. True when there is something else to try. */
    boolean dropToken() {
        boolean hasOther = token != null && (credential.isPassword() || credential.token != null && !credential.token.equals(token));
        token = null;
        keep();
        return hasOther;
    }

    /** Takes what the server said. True when somebody else logged in here before. */
    boolean accepted(HelloReply reply) {
        boolean isAnothers = userId != 0 && userId != reply.getUserId();
        // An empty one means to go on with the one there is (T1).
        String now = reply.getToken().isEmpty() ? token == null ? credential.token : token : reply.getToken();
        boolean isNews = isAnothers || userId == 0 || !reply.getUserName().equals(userName) || now != null && !now.equals(token);
        isAccepted = true;
        userId = reply.getUserId();
        userName = reply.getUserName();
        token = now;
        if (isNews) {
            keep();
        }
        return isAnothers;
    }

    /** The password was changed: the tokens of before are worth nothing, and this one is. */
    void renewed(String token, String password) {
        this.token = token;
        if (credential.isPassword()) {
            credential = Credential.password(credential.name, password);
        }
        keep();
    }

    String token() {
        return token;
    }

    void ended(Ended why) {
        if (why.needsPassword()) {
            token = null;
            keep();
        }
    }

    private void keep() {
        try {
            if (userId != 0) {
                kept.putLogin(userId, userName, token == null ? "" : token);
            }
        } catch (IOException failed) {
            if (settings.logger != null) {
                settings.logger.log("cannot keep the login: " + failed.getMessage());
            }
        }
    }
}
