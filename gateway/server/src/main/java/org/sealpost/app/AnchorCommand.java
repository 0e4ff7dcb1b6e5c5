package org.sealpost.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `sealpost anchor`: how lodging stands, and heads that are carried to a ledger by hand (docs/operations.md).
@Command(
        name = AnchorCommand.NAME,
        description = "Shows how heads are lodged, has it stopped, gone on with or tried at once, and carries a head to"
                + " an anchorage by hand.",
        subcommands = {
            AnchorList.class,
            AnchorStatus.class,
            AnchorTest.class,
            AnchorDeploy.class,
            AnchorRegister.class,
            AnchorExportHead.class,
            AnchorLodge.class,
            AnchorOrder.Park.class,
            AnchorOrder.Unpark.class,
            AnchorOrder.Resubmit.class,
            AnchorOrder.GiveUp.class,
            AnchorOrder.TakeUp.class
        })
final class AnchorCommand implements Callable<Integer> {
    static final String NAME = "anchor";

    @Override
    public Integer call() {
        System.err.println(
                "sealpost: anchor list, status, test, deploy, register-origin, export-head, lodge, park, unpark, resubmit, give-up, or take-up; anchor VERB --help explains it");
        return HsmCommand.USAGE;
    }
}
