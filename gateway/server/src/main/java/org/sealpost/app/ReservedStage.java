package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.sealpost.journal.Reserve;
import org.sealpost.stage.Stage;

/// A stage that writes files besides its journal, such as the tree's tiles: it gets the room of the reserve when
/// the disk has no other.
///
/// @param stage whose steps may be repeated
record ReservedStage(Stage stage, Reserve reserve, Path data) implements Stage {
    /// What no file of a stage comes near.
    private static final long NO_ROOM_BYTES = 1 << 20;

    @Override
    public String name() {
        return stage.name();
    }

    @Override
    public int step() throws Exception {
        try {
            return stage.step();
        } catch (IOException e) {
            // The text of the error is the system's, in the system's language; so the disk is asked.
            if (data.toFile().getUsableSpace() >= NO_ROOM_BYTES || !reserve.giveUp()) throw e;
            return stage.step();
        }
    }

    @Override
    public Duration pause() {
        return stage.pause();
    }
}
