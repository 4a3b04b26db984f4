package io.longlink.client;

import java.util.Arrays;

/** Takes frames out of bytes that come in any pieces (F7). It holds what one frame needs, and little when it is empty. */
final class FrameReader {
    private static final int IDLE_BYTES = 1024;

    private final int lengthMax;
    private byte[] bytes = new byte[IDLE_BYTES];
    private int begin;
    private int end;

    FrameReader(int lengthMax) {
        this.lengthMax = lengthMax;
    }

    void add(byte[] more, int count) {
        if (bytes.length - end < count) {
            makeRoom(count);
        }
        System.arraycopy(more, 0, bytes, end, count);
        end += count;
    }

    /** The next whole frame; {@code null} until more has come. A frame is judged by its header, as soon as that is there. */
    Frame next() throws FrameException {
        if (end - begin < Frame.HEADER_LENGTH) {
            return null;
        }
        long headLength = number(0);
        if (headLength < Frame.HEADER_LENGTH) {
            throw FrameException.headTooShort(headLength);
        }
        long length = headLength + number(16);
        if (length > lengthMax) {
            throw FrameException.tooLong(length, lengthMax);
        }
        if (end - begin < length) {
            return null;
        }
        int bodyAt = begin + (int) headLength;
        byte[] body = Arrays.copyOfRange(bytes, bodyAt, begin + (int) length);
        Frame frame = new Frame((int) number(4), (int) number(8), (int) number(12), body);
        begin += (int) length;
        if (begin == end) {
            begin = 0;
            end = 0;
            if (bytes.length > 4 * IDLE_BYTES) {
                bytes = new byte[IDLE_BYTES];
            }
        }
        return frame;
    }

    /** What waits for more. */
    byte[] rest() {
        return Arrays.copyOfRange(bytes, begin, end);
    }

    private void makeRoom(int count) {
        int used = end - begin;
        byte[] into = used + count <= bytes.length ? bytes : new byte[Math.max(used + count, 2 * bytes.length)];
        System.arraycopy(bytes, begin, into, 0, used);
        bytes = into;
        begin = 0;
        end = used;
    }

    private long number(int at) {
        int from = begin + at;
        return (bytes[from] & 0xFFL) << 24
                | (bytes[from + 1] & 0xFF) << 16
                | (bytes[from + 2] & 0xFF) << 8
                | bytes[from + 3] & 0xFF;
    }
}
