package org.sealpost.ota.tuf;

import java.io.IOException;
import java.nio.file.Path;

/// Where metadata and targets lie, by path: a server's folder, a stick. Nothing that comes from it is trusted.
public interface Repository {
    /// The whole file, if it has at most so many bytes.
    ///
    /// @throws NotThere if the repository answers that it has no such file
    /// @throws TooMuch  if the file is larger; what came was not kept
    /// @throws Unreachable if the repository does not answer, or stops in the middle: to be tried again later
    byte[] fetch(String path, int maxLength) throws IOException;

    /// Fetches a file of exactly this length into `part`, and goes on where it ends if it is there already. The
    /// content is on the disk then, but not checked. After a setback the part stays for the next time.
    ///
    /// @throws TooLittle if the repository has a shorter file
    /// @throws IOException as above; or as the progress throws, which ends the transfer
    void fetchInto(String path, Path part, long length, Progress progress) throws IOException;

    /// Is told how much there is; may throw to end the transfer (no room, no longer wanted).
    interface Progress {
        void at(long bytes) throws IOException;
    }

    /// What the repository says it does not have.
    final class NotThere extends IOException {
        private static final long serialVersionUID = 1;

        public NotThere(String what) {
            super(what + " is not there");
        }
    }

    /// A file that is larger than it may be.
    final class TooMuch extends IOException {
        private static final long serialVersionUID = 1;

        public TooMuch(String what, long maxLength) {
            super(what + " has more than " + maxLength + " bytes");
        }
    }

    /// A file that is shorter than it should be, and not only cut short on its way.
    final class TooLittle extends IOException {
        private static final long serialVersionUID = 1;

        public TooLittle(String what, long length) {
            super(what + " has fewer than " + length + " bytes");
        }
    }

    /// A repository that cannot be asked now, or is too slow. Says which, where, and why.
    final class Unreachable extends IOException {
        private static final long serialVersionUID = 1;

        public Unreachable(String why) {
            super(why);
        }

        public Unreachable(String why, Throwable cause) {
            super(why, cause);
        }
    }
}
