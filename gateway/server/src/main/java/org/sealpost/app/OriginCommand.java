package org.sealpost.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `sealpost origin`: what is done where a log cannot go on (docs/operations.md).
@Command(
        name = OriginCommand.NAME,
        description = "Ends the origin of a gateway that cannot go on with it, and begins the one that does.",
        subcommands = {OriginSucceed.class})
final class OriginCommand implements Callable<Integer> {
    static final String NAME = "origin";

    @Override
    public Integer call() {
        System.err.println("sealpost: origin succeed; origin succeed --help explains it");
        return HsmCommand.USAGE;
    }
}
