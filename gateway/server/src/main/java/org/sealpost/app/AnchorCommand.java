package org.sealpost.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `sealpost anchor`: how lodging stands, and heads that are carried to a ledger by hand (docs/operations.md).
@Command(
        name = AnchorCommand.NAME,
        description = "Shows how heads are lodged, tries an anchorage, and carries a head to one by hand.",
        subcommands = {AnchorList.class, AnchorStatus.class, AnchorTest.class, AnchorExportHead.class, AnchorLodge.class
        })
final class AnchorCommand implements Callable<Integer> {
    static final String NAME = "anchor";

    @Override
    public Integer call() {
        System.err.println(
                "sealpost: anchor list, status, test, export-head, or lodge; anchor VERB --help explains it");
        return HsmCommand.USAGE;
    }
}
