package org.sealpost.sensor.serial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Pattern;

/// Which paths are terminals. Nothing else is even opened: to open and close a file of this process, as `/dev/fd/7`
/// would be, is to let go of its locks; and some devices act when they are opened, as a watchdog does.
final class Terminals {
    private static final Pattern NAME = Pattern.compile("/dev/(tty|rfcomm)[^/]*|/dev/pts/[0-9]+");

    private Terminals() {}

    /// Whether what the path leads to, over all links, is a terminal.
    static boolean is(Path path) {
        try {
            Path device = path.toRealPath();
            return NAME.matcher(device.toString()).matches()
                    && Files.readAttributes(device, BasicFileAttributes.class).isOther();
        } catch (IOException e) {
            return false;
        }
    }
}
