package org.sealpost.hsm;

/// The ways to open a token. What [TokenContract] promises holds for each.
enum Opener {
    IN_THIS_PROCESS {
        @Override
        Token open(RealModule module, TokenConfig config) {
            return Tokens.open(config);
        }
    };

    /// Whoever opens it in another process gives that one the module's [RealModule#variables].
    abstract Token open(RealModule module, TokenConfig config);

    /// Whether the library is in this process, so that a test can stand between it and us.
    boolean isInThisProcess() {
        return this == IN_THIS_PROCESS;
    }
}
