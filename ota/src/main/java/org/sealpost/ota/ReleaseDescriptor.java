package org.sealpost.ota;

import java.util.regex.Pattern;

/// What a release is: for which hardware, how it compares with others, and which bundle it is. The only kind of
/// target in our TUF metadata.
///
/// `dataFormat` is what the release writes, `readsFrom` the lowest format that it can read. A box whose data is older
/// than that cannot take it.
public record ReleaseDescriptor(
        String board, Version version, int securityEpoch, int dataFormat, int readsFrom, Bundle bundle, String notes) {

    /// What its member `format` says.
    public static final String FORMAT = "sealpost-release-1";

    /// No descriptor is longer than this, in bytes.
    public static final int MAX_BYTES = 16 * 1024;

    /// No note is longer than this, in characters.
    public static final int MAX_NOTES = 200;

    private static final Pattern BOARD = Pattern.compile("[a-z0-9](-?[a-z0-9]){0,31}");
    private static final String SUFFIX = ".release.json";

    public ReleaseDescriptor {
        requireBoard(board);
        requireNotNegative("securityEpoch", securityEpoch);
        requireNotNegative("dataFormat", dataFormat);
        requireNotNegative("readsFrom", readsFrom);
        if (readsFrom > dataFormat) {
            throw new IllegalArgumentException("readsFrom is " + readsFrom + ", above dataFormat " + dataFormat
                    + ": a release must be able to read what it writes");
        }
        requireNotes(notes);
    }

    /// A RAUC bundle: its length in bytes and its SHA-256 in lower-case hex.
    public record Bundle(long length, String sha256) {
        /// No bundle is longer than this: 16 GiB.
        public static final long MAX_LENGTH = 16L << 30;

        private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

        public Bundle {
            if (length < 1 || length > MAX_LENGTH) {
                throw new IllegalArgumentException(
                        "bundle.length is " + length + "; it must be 1 to " + MAX_LENGTH + " bytes");
            }
            if (!SHA_256.matcher(sha256).matches()) {
                throw new IllegalArgumentException("bundle.sha256 must be 64 lower-case hex digits");
            }
        }

        /// Where it lies in a repository: `bundles/<sha256>.raucb`.
        public String path() {
            return "bundles/" + sha256 + ".raucb";
        }
    }

    /// Reads a descriptor strictly: all members, no others, none twice, nothing behind them.
    public static ReleaseDescriptor parse(byte[] json) throws DescriptorRefused {
        return DescriptorJson.read(json);
    }

    /// Its bytes as a file. The same descriptor has the same bytes.
    public byte[] toJson() {
        return DescriptorJson.write(this);
    }

    /// Its name as a target of TUF: `<board>-<version>.release.json`.
    public String targetName() {
        return targetName(board, version);
    }

    /// The name of the target that describes this version for this board.
    public static String targetName(String board, Version version) {
        return board + "-" + version + SUFFIX;
    }

    /// Refuses what is no board's name.
    ///
    /// @throws IllegalArgumentException with a sentence
    public static void requireBoard(String board) {
        if (!BOARD.matcher(board).matches()) {
            throw new IllegalArgumentException("board must be 1 to 32 lower-case letters and digits, with single"
                    + " hyphens between them, as in sealpost-amd64");
        }
    }

    private static void requireNotNegative(String member, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(member + " is " + value + "; it must be 0 or more");
        }
    }

    private static void requireNotes(String notes) {
        if (notes.codePointCount(0, notes.length()) > MAX_NOTES) {
            throw new IllegalArgumentException("notes are longer than " + MAX_NOTES + " characters; shorten them");
        }
        if (notes.codePoints().anyMatch(ReleaseDescriptor::isNoText)) {
            throw new IllegalArgumentException(
                    "notes must be one line of plain text, without line ends and control characters");
        }
    }

    /// Besides control characters what would break or turn around the line that a page shows.
    private static boolean isNoText(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }
}
