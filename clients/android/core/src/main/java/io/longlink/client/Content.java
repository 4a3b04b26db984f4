package io.longlink.client;

import com.google.protobuf.ByteString;
import io.longlink.v1.ContentType;
import io.longlink.v1.Media;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What a message says. It does not change: {@link #replyingTo} and {@link #mentioning} give another one. */
public final class Content {
    final int type;
    final ByteString bytes;
    final long replyTo;
    final List<Long> mentions;

    private Content(int type, ByteString bytes, long replyTo, List<Long> mentions) {
        this.type = type;
        this.bytes = bytes;
        this.replyTo = replyTo;
        this.mentions = mentions;
    }

    public static Content text(String text) {
        return of(ContentType.CONTENT_TYPE_TEXT_VALUE, ByteString.copyFromUtf8(text));
    }

    /** A picture that was uploaded as a file. */
    public static Content picture(Media media) {
        return of(ContentType.CONTENT_TYPE_PICTURE_VALUE, media.toByteString());
    }

    /** Any other file that was uploaded. */
    public static Content file(Media media) {
        return of(ContentType.CONTENT_TYPE_FILE_VALUE, media.toByteString());
    }

    /** Anything: a {@link ContentType}, or a number of the application's own from 1000 on. */
    public static Content of(int type, ByteString bytes) {
        return new Content(type, bytes, 0, Collections.<Long>emptyList());
    }

    /** The entry of the same conversation that this answers. */
    public Content replyingTo(long queueId) {
        return new Content(type, bytes, queueId, mentions);
    }

    /** Also brings it to this user's notice; 0 stands for all members of the group. */
    public Content mentioning(long user) {
        List<Long> more = new ArrayList<>(mentions);
        more.add(user);
        return new Content(type, bytes, replyTo, more);
    }
}
