package io.longlink.client;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.Socket;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** TLS over a connected socket. */
final class Tls {
    private Tls() {}

    /** Shakes hands, and sees to it that the server is who it should be. */
    static SSLSocket over(Socket plain, SSLSocketFactory factory, String host, int port, boolean checksName)
            throws IOException {
        SSLSocket safe = (SSLSocket) factory.createSocket(plain, host, port, true);
        boolean isChecked = !checksName || checkDuringHandshake(safe);
        safe.startHandshake();
        if (!isChecked && !HttpsURLConnection.getDefaultHostnameVerifier().verify(host, safe.getSession())) {
            throw new SSLPeerUnverifiedException(host + " is not in the server's certificate");
        }
        return safe;
    }

    /** Android knows this from 7.0 on; before, the name is looked at after the handshake. */
    private static boolean checkDuringHandshake(SSLSocket safe) throws IOException {
        SSLParameters parameters = safe.getSSLParameters();
        try {
            SSLParameters.class
                    .getMethod("setEndpointIdentificationAlgorithm", String.class)
                    .invoke(parameters, "HTTPS");
        } catch (NoSuchMethodException absent) {
            return false;
        } catch (IllegalAccessException | InvocationTargetException failed) {
            throw new IOException("cannot ask for the name in the certificate to be checked", failed);
        }
        safe.setSSLParameters(parameters);
        return true;
    }
}
