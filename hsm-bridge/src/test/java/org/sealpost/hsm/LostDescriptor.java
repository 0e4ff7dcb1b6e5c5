package org.sealpost.hsm;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/// Keeps openCryptoki from closing files of this process.
///
/// Its C_Finalize (version 3.8) closes the number of its lock file each time, though it opened that file the first
/// time only: from the second time on it closes whatever the process has opened under that number. So the number
/// is made one that nobody else gets: a process is given the lowest that is free.
final class LostDescriptor {
    /// More than a process of tests has open at once, and fewer than it may.
    private static final int NUMBERS_BELOW = 600;

    private static boolean guarded;

    private LostDescriptor() {}

    /// Once per process, before the library is initialised for the first time.
    static synchronized void guard(Path library) throws IOException {
        if (guarded) {
            return;
        }
        List<FileInputStream> below = new ArrayList<>();
        try {
            for (int i = 0; i < NUMBERS_BELOW; i++) {
                below.add(new FileInputStream("/dev/null"));
            }
            initialise(library);
            guarded = true;
        } finally {
            for (FileInputStream one : below) {
                one.close();
            }
        }
    }

    private static void initialise(Path library) throws IOException {
        CryptokiModule module = CryptokiModule.acquire(library, Optional.empty());
        try {
            module.call(
                    () -> {
                        module.ensureInitialised();
                        return true;
                    },
                    Duration.ofMinutes(2));
        } catch (CryptokiError | TimeoutException unusable) {
            throw new IOException(unusable);
        } finally {
            module.release();
        }
    }
}
