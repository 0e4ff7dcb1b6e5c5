package org.sealpost.admin;

import io.nayuki.qrcodegen.DataTooLongException;
import io.nayuki.qrcodegen.QrCode;
import io.nayuki.qrcodegen.QrSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.HeadFile;

/// A head file as a QR code that a phone reads (docs/formats.md §24, decision 53).
public final class HeadQr {
    /// What to say of a file that no code holds.
    public static final String TOO_LARGE = "the head is too large for a QR code; export the file";

    private static final int MAX_VERSION = 40;
    /// ISO/IEC 18004, 5.3.8: so much of nothing around it.
    private static final int QUIET = 4;
    /// Black on white whatever the terminal's own colours are.
    private static final String BLACK_ON_WHITE = "\u001b[38;5;16;48;5;231m";

    private static final String OWN_COLOURS = "\u001b[0m";

    private final QrCode code;

    private HeadQr(QrCode code) {
        this.code = code;
    }

    /// Empty if it is [#TOO_LARGE].
    ///
    /// @param file with one proof at most, or it soon is
    public static Optional<HeadQr> of(HeadFile file) {
        try {
            var text = QrSegment.makeAlphanumeric(file.toText());
            return Optional.of(new HeadQr(
                    QrCode.encodeSegments(List.of(text), QrCode.Ecc.LOW, QrCode.MIN_VERSION, MAX_VERSION, -1, true)));
        } catch (DataTooLongException e) {
            return Optional.empty();
        }
    }

    /// As a picture that stands in a page of HTML, too; its colours are its own.
    public String svg() {
        int width = code.size + 2 * QUIET;
        var dark = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            for (int x = 0; x < code.size; x++) {
                int from = x;
                while (x < code.size && code.getModule(x, y)) x++;
                if (x > from) {
                    dark.append('M').append(from + QUIET).append(' ').append(y + QUIET);
                    dark.append('h')
                            .append(x - from)
                            .append("v1h-")
                            .append(x - from)
                            .append('z');
                }
            }
        }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qr\" role=\"img\" aria-label=\"QR code of the head\""
                + " viewBox=\"0 0 " + width + " " + width + "\" shape-rendering=\"crispEdges\">"
                + "<path fill=\"#fff\" d=\"M0 0h" + width + "v" + width + "h-" + width + "z\"/>"
                + "<path fill=\"#000\" d=\"" + dark + "\"/></svg>\n";
    }

    /// In lines of a terminal, two rows of modules in each.
    public List<String> lines() {
        var lines = new ArrayList<String>();
        for (int y = -QUIET; y < code.size + QUIET; y += 2) {
            var line = new StringBuilder(BLACK_ON_WHITE);
            for (int x = -QUIET; x < code.size + QUIET; x++) {
                boolean upper = code.getModule(x, y);
                boolean lower = code.getModule(x, y + 1);
                line.append(upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ');
            }
            lines.add(line.append(OWN_COLOURS).toString());
        }
        return lines;
    }
}
