package io.longlink.client;

/** The unit on the wire: a header of five unsigned big-endian numbers, options, which nobody sends, and a body (F1). */
final class Frame {
    static final int HEADER_LENGTH = 20;
    /** On a link that is logged in (F4). */
    static final int LENGTH_MAX = 1 << 20;
    static final int SEQ_PUSH = 0;
    static final int SEQ_NOOP = 0xFFFFFFFF;
    /** The greatest sequence of a request; those above are kept for noops and the like (F10). */
    static final int SEQ_MAX = 0xFFFFFFEF;

    // Unsigned numbers, in the bits of an int.
    final int clientVersion;
    final int command;
    final int seq;
    final byte[] body;

    Frame(int clientVersion, int command, int seq, byte[] body) {
        this.clientVersion = clientVersion;
        this.command = command;
        this.seq = seq;
        this.body = body;
    }

    int length() {
        return HEADER_LENGTH + body.length;
    }

    byte[] toBytes() {
        byte[] bytes = new byte[length()];
        put(bytes, 0, HEADER_LENGTH);
        put(bytes, 4, clientVersion);
        put(bytes, 8, command);
        put(bytes, 12, seq);
        put(bytes, 16, body.length);
        System.arraycopy(body, 0, bytes, HEADER_LENGTH, body.length);
        return bytes;
    }

    /** The sequence of the request behind this one. */
    static int seqAfter(int seq) {
        return seq == SEQ_MAX ? 1 : seq + 1;
    }

    private static void put(byte[] into, int at, int number) {
        into[at] = (byte) (number >>> 24);
        into[at + 1] = (byte) (number >>> 16);
        into[at + 2] = (byte) (number >>> 8);
        into[at + 3] = (byte) number;
    }
}
