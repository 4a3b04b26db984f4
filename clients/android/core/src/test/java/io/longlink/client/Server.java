package io.longlink.client;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The real server, the program that LONGLINK names, as a demo with accounts User01 and on. */
public final class Server implements AutoCloseable {
    private static final long START_S = 120;

    private final File folder;
    private final Map<String, String> addresses = new HashMap<>();
    private Process process;

    public Server(File folder) throws Exception {
        this.folder = folder;
        start();
    }

    public void start() throws Exception {
        List<String> command = new ArrayList<>();
        command.add(program());
        for (String word : ("serve --demo --tcp 127.0.0.1:0 --http 127.0.0.1:0 --tcp-tls 127.0.0.1:0 --data-dir").split(" ")) {
            command.add(word);
        }
        command.add(folder.getPath());
        synchronized (this) {
            addresses.clear();
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(new File(folder.getPath() + ".log"));
        process = builder.start();
        Process mine = process;
        Thread reader = new Thread(() -> read(mine), "server-says");
        reader.setDaemon(true);
        reader.start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_S);
        synchronized (this) {
            while (!addresses.keySet().containsAll(java.util.Arrays.asList("tcp", "tcp-tls"))) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0 || !process.isAlive()) {
                    throw new AssertionError("the server does not start: see " + folder + ".log");
                }
                wait(Math.min(left, 500));
            }
        }
    }

    private void read(Process of) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(of.getInputStream()))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int space = line.indexOf(' ');
                if (space > 0) {
                    synchronized (this) {
                        addresses.putIfAbsent(line.substring(0, space), line.substring(space + 1).trim());
                        notifyAll();
                    }
                }
            }
        } catch (IOException ended) {
            // It was killed.
        }
    }

    public int port(String door) {
        String address;
        synchronized (this) {
            address = addresses.get(door);
        }
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    public File certificate() {
        return new File(folder, "demo-certificate.pem");
    }

    /** By what its certificate can be pinned. */
    public String digest() throws Exception {
        try (InputStream in = new FileInputStream(certificate())) {
            Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
            StringBuilder hex = new StringBuilder();
            for (byte one : MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())) {
                hex.append(String.format("%02x", one));
            }
            return hex.toString();
        }
    }

    /** As a power cut does to a process. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    private static String program() {
        String program = System.getenv("LONGLINK");
        if (program == null || !new File(program).canExecute()) {
            throw new AssertionError("LONGLINK must name the server's program, and is " + program);
        }
        return program;
    }
}
