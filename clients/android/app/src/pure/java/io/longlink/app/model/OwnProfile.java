package io.longlink.app.model;

import io.longlink.client.Failure;
import io.longlink.client.Requests;
import io.longlink.v1.ChangePasswordRequest;
import io.longlink.v1.DeleteAccountRequest;
import io.longlink.v1.ProfileSetReply;
import io.longlink.v1.ProfileSetRequest;
import java.util.Collections;

/** What one says of oneself, one's password, and the end of the account (U4 to U7, U22). */
public final class OwnProfile {
    private final Ask ask;
    private final People people;
    private final Then<String> token;

    OwnProfile(Ask ask, People people, Then<String> token) {
        this.ask = ask;
        this.people = people;
        this.token = token;
    }

    /** With nothing in it, tells what there is. */
    public void set(ProfileSetRequest change, Then<ProfileSetReply> now, Then<Failure> failed) {
        ask.again(Requests.PROFILE_SET, change, reply -> {
            people.take(Collections.singletonList(reply.getUser()));
            now.take(reply);
        }, failed);
    }

    public void changePassword(String old, String fresh, Runnable done, Then<Failure> failed) {
        ChangePasswordRequest.Builder request = ChangePasswordRequest.newBuilder();
        request.setOldPassword(old).setNewPassword(fresh);
        ask.once(Requests.CHANGE_PASSWORD, request.build(), reply -> {
            token.take(reply.getToken());
            done.run();
        }, failed);
    }

    /** Erases the account at the server. */
    public void erase(String password, Runnable done, Then<Failure> failed) {
        DeleteAccountRequest request = DeleteAccountRequest.newBuilder().setPassword(password).build();
        ask.once(Requests.DELETE_ACCOUNT, request, reply -> done.run(), failed);
    }
}
