package org.sealpost.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `sealpost hsm`: what a technician does with a token and its keys. docs/hsm.md explains each verb.
@Command(
        name = HsmCommand.NAME,
        description = "Brings up a token, and makes, lists, certifies, tests and destroys its keys.",
        subcommands = {
            HsmList.class,
            HsmDoctor.class,
            HsmInit.class,
            HsmKeys.class,
            HsmKeygen.class,
            HsmCsr.class,
            HsmImportCert.class,
            HsmEnrol.class,
            HsmTest.class,
            HsmBench.class,
            HsmChangePin.class,
            HsmRotate.class,
            HsmDestroy.class
        })
final class HsmCommand implements Callable<Integer> {
    static final String NAME = "hsm";

    /// As asked for.
    static final int DONE = 0;

    /// The token, a key, a PIN or a server refuses, or something is not as it should be. What was done all the
    /// same is in the answer.
    static final int REFUSED = 1;

    static final int USAGE = 2;

    /// This program is wrong, or what it keeps on disk (sysexits' EX_SOFTWARE).
    static final int BROKEN = Main.BROKEN_PROMISE;

    /// The token or a server is away, or defers it: the same command later may do (sysexits' EX_TEMPFAIL).
    static final int LATER = 75;

    /// A file or a setting cannot be used (sysexits' EX_CONFIG).
    static final int SETTINGS = 78;

    @Override
    public Integer call() {
        System.err.println("sealpost: hsm list, doctor, init, keys, keygen, csr, import-cert, enrol, test, bench,"
                + " change-pin, rotate, or destroy; hsm VERB --help explains it");
        return USAGE;
    }
}
