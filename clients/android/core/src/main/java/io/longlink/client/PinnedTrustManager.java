package io.longlink.client;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.X509TrustManager;

/** Knows a few certificates, and nobody else. That the server has the key of one is checked by the handshake. */
final class PinnedTrustManager implements X509TrustManager {
    private final List<byte[]> pins = new ArrayList<>();

    PinnedTrustManager(String... digests) {
        if (digests.length == 0) {
            throw new IllegalArgumentException("there must be one SHA-256 at least");
        }
        for (String digest : digests) {
            pins.add(read(digest));
        }
    }

    static byte[] read(String digest) {
        String digits = digest.replace(":", "");
        byte[] bytes = new byte[32];
        boolean right = digits.length() == 2 * bytes.length;
        for (int i = 0; right && i < bytes.length; i++) {
            int high = Character.digit(digits.charAt(2 * i), 16);
            int low = Character.digit(digits.charAt(2 * i + 1), 16);
            right = high >= 0 && low >= 0 && digits.charAt(2 * i) < 128 && digits.charAt(2 * i + 1) < 128;
            bytes[i] = (byte) (high * 16 + low);
        }
        if (!right) {
            throw new IllegalArgumentException("\"" + digest + "\" is no SHA-256, which has 64 hexadecimal digits");
        }
        return bytes;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        byte[] digest = digest(chain[0].getEncoded());
        for (byte[] pin : pins) {
            if (MessageDigest.isEqual(pin, digest)) {
                return;
            }
        }
        throw new CertificateException("the server's certificate is none of the " + pins.size() + " that are pinned");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("there are no clients here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    private static byte[] digest(byte[] bytes) throws CertificateException {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException absent) {
            throw new CertificateException(absent);
        }
    }
}
