package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReleaseTest {
    @Test
    void theImageAndItsBuildTimeAreRead() {
        var release = Release.parse("""
                PRETTY_NAME="Sealpost 12"
                # a comment
                IMAGE_VERSION=12.3
                SEALPOST_BUILD_TIME="1790000000"
                """);
        assertEquals(Optional.of("12.3"), release.image());
        assertEquals(Optional.of(Instant.ofEpochSecond(1_790_000_000)), release.buildTime());
    }

    @Test
    void whatIsNotThereOrNoTimeIsNotKnown() {
        assertEquals(Release.NONE, Release.parse("ID=debian\n"));
        assertEquals(Release.NONE, Release.parse("SEALPOST_BUILD_TIME=soon\n"));
        assertEquals(Release.NONE, Release.parse("SEALPOST_BUILD_TIME=999999999999999999999\n"));
        assertEquals(Release.NONE, Release.parse("SEALPOST_BUILD_TIME=-5\n"));
    }

    @Test
    void aFileThatCannotBeReadIsNamed() {
        assertThrows(ConfigRefused.class, () -> Release.read(Path.of("/nowhere/os-release")));
    }
}
