package org.sealpost.sensor.serial;

/// A frame as a pattern sees it, which ends the search when it has looked at its characters too often: some patterns
/// take years on a frame that just does not match.
final class BoundedText implements CharSequence {
    /// The pattern takes too long on this frame.
    static final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManySteps() {
            super("too many steps", null, false, false);
        }
    }

    private final String text;
    private int stepsLeft;

    BoundedText(String text, int steps) {
        this.text = text;
        this.stepsLeft = steps;
    }

    @Override
    public char charAt(int index) {
        if (--stepsLeft < 0) throw new TooManySteps();
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
