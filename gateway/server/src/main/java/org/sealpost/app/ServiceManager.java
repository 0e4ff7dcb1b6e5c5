package org.sealpost.app;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells systemd that the doors answer (sd_notify(3)): one datagram to the socket that NOTIFY_SOCKET names. The
/// JDK has no datagram sockets of Unix.
final class ServiceManager {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;

    // Of Linux.
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOSE_ON_EXEC = 2 | 0x80000;
    private static final int PATH_OFFSET = 2;
    private static final int MAX_PATH_BYTES = 107;

    private ServiceManager() {}

    /// Does nothing where no service manager asked to be told.
    static void ready() {
        var socket = System.getenv("NOTIFY_SOCKET");
        if (socket == null || socket.isEmpty()) return;
        try {
            notify(socket, "READY=1");
        } catch (Throwable e) {
            LOG.warn("the service manager at {} was not told that the box is ready: {}", socket, e.toString());
        }
    }

    static void notify(String socketName, String state) throws Throwable {
        var name = socketName.getBytes(StandardCharsets.UTF_8);
        if (name.length > MAX_PATH_BYTES) throw new IllegalArgumentException("the name of the socket is too long");
        // A name that begins with '@' lies in no directory: its first byte is zero.
        if (name[0] == '@') name[0] = 0;
        int descriptor = (int) function("socket", FunctionDescriptor.of(INT, INT, INT, INT))
                .invokeExact(AF_UNIX, SOCK_DGRAM_CLOSE_ON_EXEC, 0);
        if (descriptor < 0) throw new IllegalStateException("no socket");
        try (var arena = Arena.ofConfined()) {
            var address = arena.allocate(PATH_OFFSET + name.length + 1L);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, PATH_OFFSET, name.length);
            int addressSize = PATH_OFFSET + name.length + (name[0] == 0 ? 0 : 1);
            var message = arena.allocateFrom(state);
            long sent = (long) function("sendto", FunctionDescriptor.of(LONG, INT, POINTER, LONG, INT, POINTER, INT))
                    .invokeExact(descriptor, message, message.byteSize() - 1, 0, address, addressSize);
            if (sent < 0) throw new IllegalStateException("nobody takes the message");
        } finally {
            int _ = (int) function("close", FunctionDescriptor.of(INT, INT)).invokeExact(descriptor);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor shape) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), shape);
    }
}
