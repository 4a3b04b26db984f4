package io.longlink.client;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Whether connections are encrypted, and whose word it is that a server is the one that it should be.
 *
 * <p>The server speaks TLS 1.3. Android has it from version 10 on; for older phones give a socket factory that brings
 * it along, such as Conscrypt's, by {@link #sockets}.
 */
public abstract class Trust {
    /** TLS, as the authorities say that this device knows; none for connections that never leave it. The default. */
    public static Trust system() {
        return new Checked(false) {
            @Override
            SSLSocketFactory make() throws GeneralSecurityException {
                return withManagers(null);
            }
        };
    }

    /**
     * TLS, as these certificates say alone, in PEM or DER. One that vouches for itself may be among them. None for
     * connections that never leave this device.
     */
    public static Trust authorities(InputStream certificates) throws IOException, GeneralSecurityException {
        Collection<? extends Certificate> all =
                CertificateFactory.getInstance("X.509").generateCertificates(certificates);
        if (all.isEmpty()) {
            throw new GeneralSecurityException("there is no certificate, which begins with -----BEGIN CERTIFICATE-----");
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (Certificate one : all) {
            store.setCertificateEntry("authority-" + number++, one);
        }
        final TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        return new Checked(false) {
            @Override
            SSLSocketFactory make() throws GeneralSecurityException {
                return withManagers(managers.getTrustManagers());
            }
        };
    }

    /**
     * TLS, always, with the one server that has one of exactly these certificates, whatever names and times stand in
     * it. Each is known by its SHA-256, as {@code longlink certificate} prints it: 64 hexadecimal digits, with colons
     * or without. Name the next certificate too, before the server has it.
     */
    public static Trust pinned(String... digests) {
        final PinnedTrustManager pins = new PinnedTrustManager(digests);
        return new Trust(false, false) {
            @Override
            SSLSocketFactory make() throws GeneralSecurityException {
                return withManagers(new TrustManager[] {pins});
            }
        };
    }

    /** TLS, always, with sockets of this factory. The name in the certificate is checked here all the same. */
    public static Trust sockets(final SSLSocketFactory factory) {
        return new Checked(true) {
            @Override
            SSLSocketFactory make() {
                return factory;
            }
        };
    }

    /** No TLS: whoever is on the way reads the password, the token and all messages, and can change them. */
    public static Trust plain() {
        return new Trust(true, false) {
            @Override
            SSLSocketFactory make() {
                return null;
            }
        };
    }

    /** The same, also for connections that never leave this device: with {@link #plain} still none. */
    public final Trust always() {
        final Trust usual = this;
        return new Trust(false, checksName) {
            @Override
            SSLSocketFactory make() throws GeneralSecurityException {
                return usual.factory(false);
            }
        };
    }

    /** No TLS to this device itself. */
    final boolean isPlainOnLoopback;
    /** The server's name has to stand in its certificate. */
    final boolean checksName;
    private SSLSocketFactory made;

    private Trust(boolean isPlainOnLoopback, boolean checksName) {
        this.isPlainOnLoopback = isPlainOnLoopback;
        this.checksName = checksName;
    }

    abstract SSLSocketFactory make() throws GeneralSecurityException;

    /** What makes the sockets; {@code null} for plain ones. Made once, since it also knows how to resume. */
    final synchronized SSLSocketFactory factory(boolean isLoopback) throws GeneralSecurityException {
        if (isPlainOnLoopback && isLoopback) {
            return null;
        }
        if (made == null) {
            made = make();
        }
        return made;
    }

    private static SSLSocketFactory withManagers(TrustManager[] managers) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers, null);
        return context.getSocketFactory();
    }

    private abstract static class Checked extends Trust {
        Checked(boolean always) {
            super(!always, true);
        }
    }
}
