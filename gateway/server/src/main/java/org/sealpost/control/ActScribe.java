package org.sealpost.control;

import java.io.IOException;
import org.sealpost.stage.Stage;

/// Copies each act into the log, in their order. Its position is the last act of its own, so that a crash at
/// any moment leads at most to a second offer, which the key makes harmless (I7).
public final class ActScribe implements Stage {
    private final ControlLog control;
    private final AuditTrail trail;
    private long next;

    public ActScribe(ControlLog control, AuditTrail trail) {
        this.control = control;
        this.trail = trail;
        this.next = control.state().copiedBelow();
    }

    @Override
    public String name() {
        return "act-scribe";
    }

    @Override
    public int step() throws IOException {
        while (next < control.size()) {
            long position = next;
            var act = control.read(position);
            if (act instanceof Act.Copied || act instanceof Act.UpdateCopied) {
                next++;
                continue;
            }
            long index = trail.add("act-" + position, ActCopy.of(position, act));
            control.append(Act.BOX, stamp -> new Act.Copied(stamp, position + 1, index));
            next++;
            return 1;
        }
        return 0;
    }
}
