package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.PublishingFolder.Part;

class PublishingFolderTest {
    private static final byte[] CONTENT = {1, 2, 3};

    @TempDir
    Path folder;

    @Test
    void whatIsAskedForIsThereAfterAnOpeningUpToTheLastNumber() throws Exception {
        var numbers = List.of(1L, 8_999_999_999_999_999_999L, 9_000_000_000_000_000_000L, Long.MAX_VALUE);
        var written = PublishingFolder.open(folder, (_, _) -> true);
        for (long number : numbers) {
            written.write(number, Part.REQUEST, CONTENT);
            written.write(number, Part.CONTENT, CONTENT);
        }
        written.force();

        var opened = PublishingFolder.open(folder, (number, part) -> numbers.contains(number) && part == Part.REQUEST);
        for (long number : numbers) {
            var read = opened.read(number, Part.REQUEST, CONTENT.length);
            assertArrayEquals(CONTENT, read.orElseThrow(), () -> "number " + number);
            assertEquals(Optional.empty(), opened.read(number, Part.CONTENT, CONTENT.length));
        }
    }

    /// Digits that are no number of a publication, a name of another kind, and what was never finished.
    @Test
    void whatNobodyWroteIsNotAskedForAndDeleted() throws Exception {
        for (var name : List.of(
                "9223372036854775808.request",
                "9999999999999999999.content",
                "1.request",
                "0000000000000000001.other",
                "0000000000000000001.request.tmp")) {
            Files.write(folder.resolve(name), CONTENT);
        }
        PublishingFolder.open(folder, (_, _) -> true);
        try (var files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }
}
