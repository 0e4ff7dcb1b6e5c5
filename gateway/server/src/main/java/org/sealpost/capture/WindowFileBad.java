package org.sealpost.capture;

/// A file of the window is not what was written once, or not what belongs here; the message says what was
/// found.
final class WindowFileBad extends Exception {
    private static final long serialVersionUID = 1;

    WindowFileBad(String file, String problem) {
        super(file + ": " + problem);
    }
}
