package org.sealpost.app;

/// What this software calls itself in a genesis, in answers and on the command line.
final class Version {
    static final String TEXT = "sealpost 0.1.0";

    private Version() {}
}
