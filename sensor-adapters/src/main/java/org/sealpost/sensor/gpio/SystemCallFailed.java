package org.sealpost.sensor.gpio;

import java.io.IOException;
import java.io.Serial;

/// A system call that the kernel refused, with its reason (errno).
final class SystemCallFailed extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    // The same on all of Linux's architectures that have GPIO (asm-generic/errno-base.h).
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int ENXIO = 6;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EBUSY = 16;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int ENOTTY = 25;

    private final int number;

    SystemCallFailed(String call, int number) {
        super(call + " ended with error " + number + " (" + meaning(number) + ")");
        this.number = number;
    }

    int number() {
        return number;
    }

    /// Whether the device is not there any more.
    boolean meansGone() {
        return number == ENODEV || number == EIO || number == ENXIO || number == ENOENT;
    }

    private static String meaning(int number) {
        return switch (number) {
            case EPERM, EACCES -> "not permitted";
            case ENOENT -> "there is no such file";
            case EINTR -> "interrupted";
            case EIO -> "the device does not answer";
            case ENXIO, ENODEV -> "there is no such device";
            case EAGAIN -> "nothing there yet";
            case EBUSY -> "in use";
            case EINVAL -> "not what the kernel expects";
            case ENOTTY -> "not a device of this kind";
            default -> "see errno(3)";
        };
    }
}
