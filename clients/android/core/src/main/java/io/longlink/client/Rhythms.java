package io.longlink.client;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** What was learnt of each network, for those that were used last. */
final class Rhythms {
    static final int NETWORKS_MAX = 32;
    private static final int FORMAT = 1;

    /** By use, the latest last. */
    private final LinkedHashMap<String, Rhythm> byNetwork = new LinkedHashMap<>(16, 0.75f, true);

    /** The network's own; a new one if nothing was learnt of it. */
    Rhythm of(String network) {
        Rhythm rhythm = byNetwork.get(network);
        if (rhythm == null) {
            rhythm = new Rhythm();
            byNetwork.put(network, rhythm);
            if (byNetwork.size() > NETWORKS_MAX) {
                byNetwork.remove(byNetwork.keySet().iterator().next());
            }
        }
        return rhythm;
    }

    byte[] toBytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(FORMAT);
        out.writeShort(byNetwork.size());
        for (Map.Entry<String, Rhythm> one : byNetwork.entrySet()) {
            Rhythm rhythm = one.getValue();
            out.writeUTF(one.getKey());
            out.writeLong(rhythm.currentMs);
            out.writeInt(rhythm.successes);
            out.writeInt(rhythm.failures);
            out.writeBoolean(rhythm.isStable);
            out.writeLong(rhythm.stableSinceMs);
        }
        return bytes.toByteArray();
    }

    static Rhythms fromBytes(byte[] bytes) throws IOException {
        Rhythms rhythms = new Rhythms();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        if (in.readByte() != FORMAT) {
            return rhythms;
        }
        int count = Math.min(in.readUnsignedShort(), NETWORKS_MAX);
        for (int i = 0; i < count; i++) {
            Rhythm rhythm = rhythms.of(in.readUTF());
            rhythm.currentMs = in.readLong();
            rhythm.successes = in.readInt();
            rhythm.failures = in.readInt();
            rhythm.isStable = in.readBoolean();
            rhythm.stableSinceMs = in.readLong();
        }
        return rhythms;
    }
}
