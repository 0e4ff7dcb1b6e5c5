package org.sealpost.journal;

/// Bytes that are not what they should be there. What that means, a tail or damage, is for the reader of the whole file
/// to say; so it is checked and carries no stack.
final class Flaw extends Exception {
    private static final long serialVersionUID = 1;

    private final long offset;
    private final boolean another;

    Flaw(long offset, String problem) {
        this(offset, problem, false);
    }

    private Flaw(long offset, String problem, boolean another) {
        super(problem, null, false, false);
        this.offset = offset;
        this.another = another;
    }

    static Flaw checksum(String what, long offset, int actual, int expected) {
        return new Flaw(
                offset,
                "%s at %d has checksum %s, expected %s"
                        .formatted(what, offset, Checksum.hex(actual), Checksum.hex(expected)));
    }

    static Flaw field(String what, long offset, String field, Object actual, Object expected) {
        return new Flaw(offset, "%s at %d: %s is %s, expected %s".formatted(what, offset, field, actual, expected));
    }

    /// A segment header that is whole, of a file that does not belong there.
    static Flaw another(String field, Object actual, Object expected) {
        String problem = "segment header at 0: %s is %s, expected %s".formatted(field, actual, expected);
        return new Flaw(0, problem, true);
    }

    boolean isOfAnother() {
        return another;
    }

    long offset() {
        return offset;
    }

    String problem() {
        return String.valueOf(getMessage());
    }
}
