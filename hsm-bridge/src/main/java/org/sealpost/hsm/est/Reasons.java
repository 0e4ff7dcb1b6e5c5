package org.sealpost.hsm.est;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Why a request got no answer, in a sentence that says what to do.
final class Reasons {
    private Reasons() {}

    static String of(URI address, Throwable failure) {
        Throwable deepest = failure;
        @Nullable String path = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            deepest = cause;
            if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
                return "the certificate of " + address + " is not good now: " + cause.getMessage()
                        + "; renew it, or set this machine's clock";
            }
            if (cause instanceof CertPathValidatorException) {
                path = cause.getMessage();
            }
        }
        if (path != null || is(failure, "unable to find valid certification path")) {
            return address
                    + " is not under the owner's CA: give the CA that issued the server's certificate, or ask who is"
                    + " answering there";
        }
        if (is(failure, "No subject alternative") || is(failure, "No name matching")) {
            return "the certificate of " + address + " is that of another host: " + deepest.getMessage();
        }
        if (is(failure, "body exceeds capacity")) {
            return address + " answers with more than is taken of it";
        }
        if (failure instanceof HttpConnectTimeoutException
                || failure instanceof ConnectException
                || deepest instanceof UnresolvedAddressException) {
            return address + " cannot be reached: see that the address is right and the network is up";
        }
        if (failure instanceof HttpTimeoutException) {
            return address + " has not answered in time";
        }
        if (failure instanceof SSLException) {
            return address + " ends the TLS handshake: " + deepest.getMessage();
        }
        return address + " gives no answer: " + failure.getClass().getSimpleName()
                + (deepest.getMessage() == null ? "" : ": " + deepest.getMessage());
    }

    private static boolean is(Throwable failure, String words) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && cause.getMessage().contains(words)) {
                return true;
            }
        }
        return false;
    }
}
