package io.longlink.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The network between a client and the server, which can be cut, go silent, and be slow. */
final class Proxy implements AutoCloseable {
    /** One connection through it. */
    private static final class Pair {
        final Socket client;
        final Socket server;
        /** What comes is lost from now on, in both directions, and nobody is told. */
        volatile boolean isDead;

        Pair(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }
    }

    private final ServerSocket listener;
    private final List<Pair> pairs = new ArrayList<>();
    private volatile int target;
    private volatile long bytesPerSecond = Long.MAX_VALUE;
    private int links;

    Proxy(int target) throws IOException {
        this("127.0.0.1", target);
    }

    Proxy(String address, int target) throws IOException {
        this.target = target;
        listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
        run(this::accept);
    }

    String address() {
        return listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
    }

    /** Where connections go from now on. */
    void leadTo(int target) {
        this.target = target;
    }

    /** How many connections were made. */
    synchronized int links() {
        return links;
    }

    synchronized void cut() {
        for (Pair pair : pairs) {
            close(pair.client);
            close(pair.server);
        }
        pairs.clear();
    }

    /** Those that are open now are dead, and look alive. Later ones are well. */
    synchronized void loseAll() {
        for (Pair pair : pairs) {
            pair.isDead = true;
        }
    }

    void slowDownTo(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }

    private void accept() {
        while (true) {
            Socket client;
            try {
                client = listener.accept();
            } catch (IOException closed) {
                return;
            }
            try {
                Pair pair = new Pair(client, new Socket("127.0.0.1", target));
                synchronized (this) {
                    links++;
                    pairs.add(pair);
                }
                run(() -> pump(pair, pair.client, pair.server));
                run(() -> pump(pair, pair.server, pair.client));
            } catch (IOException refused) {
                close(client);
            }
        }
    }

    private void pump(Pair pair, Socket from, Socket to) {
        byte[] piece = new byte[2048];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                if (pair.isDead) {
                    continue;
                }
                long rate = bytesPerSecond;
                if (rate != Long.MAX_VALUE) {
                    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(n) / rate);
                }
                out.write(piece, 0, n);
            }
        } catch (IOException broken) {
            // Told to the other side below.
        }
        if (!pair.isDead) {
            close(from);
            close(to);
        }
    }

    private static void run(Runnable work) {
        Thread thread = new Thread(work, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException none) {
            // It is gone, either way.
        }
    }
}
