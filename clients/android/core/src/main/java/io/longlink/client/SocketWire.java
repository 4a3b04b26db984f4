package io.longlink.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.net.ssl.SSLSocketFactory;

/**
 * A connection over a socket: one thread that connects and reads, one that writes. Both end with it. What happens is put
 * on the loop.
 */
final class SocketWire implements Wire {
    private static final int PIECE = 16 * 1024;
    /** So much is read ahead of what was dealt with, and at most one frame more. */
    private static final int AHEAD_BYTES_MAX = 256 * 1024;

    private final Settings settings;
    private final Loop loop;
    private final Events events;

    // All below is guarded by this.
    private final Deque<byte[]> toWrite = new ArrayDeque<>();
    private int waiting;
    private int ahead;
    private Socket socket;
    private boolean isClosed;

    private SocketWire(Settings settings, Loop loop, Events events) {
        this.settings = settings;
        this.loop = loop;
        this.events = events;
    }

    static Wire dial(Settings settings, Loop loop, Events events) {
        SocketWire wire = new SocketWire(settings, loop, events);
        run("longlink-read", wire::connectAndRead);
        return wire;
    }

    @Override
    public void say(Frame frame) {
        byte[] bytes = frame.toBytes();
        synchronized (this) {
            toWrite.addLast(bytes);
            waiting += bytes.length;
            notifyAll();
        }
    }

    @Override
    public synchronized int waiting() {
        return waiting;
    }

    @Override
    public synchronized void taken(Frame frame) {
        ahead -= frame.length();
        notifyAll();
    }

    @Override
    public void close() {
        Socket open;
        synchronized (this) {
            isClosed = true;
            open = socket;
            notifyAll();
        }
        closeQuietly(open);
    }

    // On the thread that connects and reads.

    private void connectAndRead() {
        Socket connected;
        try {
            connected = connect();
        } catch (IOException | GeneralSecurityException | RuntimeException failed) {
            // Some phones throw what is not declared, such as SecurityException without the permission for the network.
            broke("cannot connect: " + describe(failed));
            return;
        }
        try {
            OutputStream out = connected.getOutputStream();
            InputStream in = connected.getInputStream();
            tell(events::opened);
            run("longlink-write", () -> write(out));
            read(in);
        } catch (FrameException bad) {
            broke(bad.getMessage());
        } catch (IOException | RuntimeException failed) {
            broke("connection lost: " + describe(failed));
        }
    }

    private Socket connect() throws IOException, GeneralSecurityException {
        long end = loop.nowMs() + settings.bounds.connectTimeoutMs;
        InetAddress[] addresses = InetAddress.getAllByName(settings.host);
        IOException last = null;
        for (int i = 0; i < addresses.length; i++) {
            // Each has its part of what is left, so that one that is silent does not take the time of the others.
            long left = Math.max(1, (end - loop.nowMs()) / (addresses.length - i));
            Socket plain = new Socket();
            if (!adopt(plain)) {
                throw new IOException("closed");
            }
            try {
                plain.connect(new InetSocketAddress(addresses[i], settings.port), (int) left);
                // A frame is written whole, so waiting for more to send with it only costs time.
                plain.setTcpNoDelay(true);
                return protect(plain, end);
            } catch (IOException failed) {
                closeQuietly(plain);
                last = failed;
            }
        }
        throw last == null ? new IOException("no address of " + settings.host) : last;
    }

    private Socket protect(Socket plain, long end) throws IOException, GeneralSecurityException {
        SSLSocketFactory factory = settings.trust.factory(Loopback.is(settings.host));
        if (factory == null) {
            return plain;
        }
        plain.setSoTimeout((int) Math.max(1, end - loop.nowMs()));
        Socket safe = Tls.over(plain, factory, settings.host, settings.port, settings.trust.checksName);
        plain.setSoTimeout(0);
        return safe;
    }

    /** Makes it the one that is closed with this; false when that has happened already. */
    private synchronized boolean adopt(Socket plain) {
        socket = plain;
        return !isClosed;
    }

    private void read(InputStream in) throws IOException, FrameException {
        FrameReader frames = new FrameReader(Frame.LENGTH_MAX);
        byte[] piece = new byte[PIECE];
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
            frames.add(piece, n);
            Frame frame = frames.next();
            if (frame == null) {
                tell(events::heardSome);
            }
            for (; frame != null; frame = frames.next()) {
                if (!heard(frame)) {
                    return;
                }
            }
        }
        broke("the server closed the connection");
    }

    /** Hands a frame over, and waits while too many were. False when all is over. */
    private boolean heard(Frame frame) {
        synchronized (this) {
            ahead += frame.length();
        }
        tell(() -> events.heard(frame));
        synchronized (this) {
            while (ahead > AHEAD_BYTES_MAX && !isClosed) {
                if (!waitHere()) {
                    return false;
                }
            }
            return !isClosed;
        }
    }

    // On the thread that writes.

    private void write(OutputStream out) {
        try {
            for (byte[] bytes = next(); bytes != null; bytes = next()) {
                for (int from = 0; from < bytes.length; from += PIECE) {
                    int count = Math.min(PIECE, bytes.length - from);
                    out.write(bytes, from, count);
                    out.flush();
                    synchronized (this) {
                        waiting -= count;
                    }
                    tell(events::wroteSome);
                }
            }
        } catch (IOException | RuntimeException failed) {
            broke("connection lost: " + describe(failed));
        }
    }

    /** The next to write; several small ones as one. {@code null} when all is over. */
    private synchronized byte[] next() {
        while (toWrite.isEmpty() && !isClosed) {
            if (!waitHere()) {
                return null;
            }
        }
        if (isClosed) {
            return null;
        }
        byte[] first = toWrite.pollFirst();
        int length = first.length;
        int count = 0;
        for (byte[] more : toWrite) {
            if (length + more.length > PIECE) {
                break;
            }
            length += more.length;
            count++;
        }
        if (count == 0) {
            return first;
        }
        byte[] joined = new byte[length];
        System.arraycopy(first, 0, joined, 0, first.length);
        for (int at = first.length; count > 0; count--) {
            byte[] more = toWrite.pollFirst();
            System.arraycopy(more, 0, joined, at, more.length);
            at += more.length;
        }
        return joined;
    }

    // On both.

    private void tell(Runnable told) {
        loop.post(() -> {
            synchronized (this) {
                if (isClosed) {
                    return;
                }
            }
            told.run();
        });
    }

    private void broke(String why) {
        tell(() -> events.broke(why));
    }

    private boolean waitHere() {
        try {
            wait();
            return true;
        } catch (InterruptedException none) {
            return false;
        }
    }

    private static void run(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static String describe(Exception failed) {
        return failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
    }

    private static void closeQuietly(Socket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException none) {
            // It is of no use any more, either way.
        }
    }
}
