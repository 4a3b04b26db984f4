package io.longlink.client;

/** Bytes that are no frame, or one that is too long. Nothing behind it can be read (F5). */
final class FrameException extends Exception {
    private static final long serialVersionUID = 1;

    final boolean isTooLong;

    private FrameException(boolean isTooLong, String message) {
        super(message);
        this.isTooLong = isTooLong;
    }

    static FrameException headTooShort(long headLength) {
        return new FrameException(false, "head_length is " + headLength + ", less than " + Frame.HEADER_LENGTH);
    }

    static FrameException tooLong(long length, int max) {
        return new FrameException(true, "frame is " + length + " bytes, more than " + max);
    }
}
