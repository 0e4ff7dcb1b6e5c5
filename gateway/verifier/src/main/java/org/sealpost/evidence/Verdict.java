package org.sealpost.evidence;

import java.util.List;

/// What the verifier says of an evidence file.
public sealed interface Verdict {
    /// As `sealpost verify` ends: 0 intact and signer trusted, 1 not valid, 2 cannot be read, 3 signer unknown.
    int exitCode();

    /// No evidence file of a version that we know.
    record Unreadable(String reason) implements Verdict {
        @Override
        public int exitCode() {
            return 2;
        }
    }

    /// A part does not say what it should.
    ///
    /// @param part as docs/formats.md §8 names it, or `anchor`
    /// @param head which of the heads, counted from 1; 0 if it is about none
    record Invalid(String part, int head, String reason) implements Verdict {
        @Override
        public int exitCode() {
            return 1;
        }
    }

    /// All that is checked holds: the signer's keys signed all lines that are [Standing#PROVED].
    record Intact(Signer signer, List<Line> lines) implements Verdict {
        public Intact {
            lines = List.copyOf(lines);
        }

        public List<Line> lines(Standing standing) {
            return lines.stream().filter(line -> line.standing() == standing).toList();
        }

        @Override
        public int exitCode() {
            return switch (signer) {
                case Signer.Trusted trusted -> 0;
                case Signer.Unknown unknown -> 3;
            };
        }
    }
}
