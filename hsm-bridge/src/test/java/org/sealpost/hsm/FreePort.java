package org.sealpost.hsm;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;

/// Ports on loopback for who has to name one before anybody listens there, or while nobody does. Tests of other
/// modules use it, too.
public final class FreePort {
    private FreePort() {}

    /// One that nobody has now. It lies below those that the kernel gives away by itself, so that no connection that
    /// goes out, and no server that takes any port, has it until it is listened on.
    public static int any() throws IOException {
        while (true) {
            int port = 20_000 + ThreadLocalRandom.current().nextInt(12_000);
            try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (BindException e) {
                // Somebody else's.
            }
        }
    }

    /// One that refuses connections as long as this is held: it is taken, and nobody listens there.
    public static Socket refusing() throws IOException {
        var held = new Socket();
        held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return held;
    }
}
