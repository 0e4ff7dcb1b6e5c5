package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ExportCommandTest {
    private static final Path STICK = Path.of("/media/stick");

    @Test
    void aStickThatIsNotTheUsersIsNamedWithTheRemedy() {
        var user = System.getProperty("user.name");
        for (var file : new Path[] {STICK, STICK.resolve("port-0-41.range")}) {
            var sentence = ExportCommand.sentence(STICK, new AccessDeniedException(file.toString()));
            assertTrue(sentence.contains(user + " may not write to " + file), sentence);
            assertTrue(sentence.contains("-o uid=" + user), sentence);
        }
    }

    @Test
    void whatElseIsDeniedOrFailsIsNotPutDownToTheStick() {
        for (var failed : new IOException[] {
            new AccessDeniedException("/var/lib/sealpost/entries"),
            new IOException("/media/stick/x: Input/output error")
        }) {
            assertFalse(ExportCommand.sentence(STICK, failed).contains("uid="));
        }
    }
}
