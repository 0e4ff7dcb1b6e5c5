package org.sealpost.evidence.command;

import java.io.PrintStream;
import java.util.List;
import org.sealpost.evidence.Line;
import org.sealpost.evidence.Signer;
import org.sealpost.evidence.Standing;
import org.sealpost.evidence.Verdict;

/// Prints a verdict for a person.
record Report(PrintStream out) {
    /// @return the exit code
    int print(Verdict verdict) {
        switch (verdict) {
            case Verdict.Unreadable found -> out.println("cannot be read: " + found.reason());
            case Verdict.Invalid found ->
                out.println(VerifyCommand.NOT_VALID + ": " + (found.head() > 0 ? "head " + found.head() + ", " : "")
                        + found.part() + ": " + found.reason());
            case Verdict.Intact found -> print(found);
        }
        return verdict.exitCode();
    }

    private void print(Verdict.Intact verdict) {
        switch (verdict.signer()) {
            case Signer.Trusted trusted -> {
                out.println("VALID: intact, and the signer is trusted: " + trusted.by());
                print("Proved: the box's key signed that the box recorded this", verdict.lines(Standing.PROVED));
            }
            case Signer.Unknown unknown -> {
                // Whatever is said here must not read like a yes: anybody can make a file that is intact.
                out.println(VerifyCommand.NOT_TRUSTED);
                out.println("  fingerprint of its key: " + unknown.thumbprint());
                out.println(
                        "  If you know from elsewhere that this key is the box's, put these lines into a file named");
                out.println("  *.trust in the store:");
                // As they have to stand there.
                out.println();
                unknown.trustFile().lines().forEach(out::println);
                print("Signed by that key, whosever it is", verdict.lines(Standing.PROVED));
            }
        }
        print("Only claimed by the file", verdict.lines(Standing.CLAIMED));
        print("Not checked", verdict.lines(Standing.NOT_CHECKED));
    }

    private void print(String heading, List<Line> lines) {
        if (lines.isEmpty()) return;
        out.println();
        out.println(heading);
        for (var line : lines) out.printf("  %-12s %s%n", line.subject(), line.text());
    }
}
