package org.sealpost.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.sealpost.control.AuditTrail;
import org.sealpost.control.ControlLog;
import org.sealpost.control.ControlState;
import org.sealpost.ota.UpdateActs;
import org.sealpost.stage.Stage;

/// Copies each act of the update agent into the log, in their order. How far it is stands in the control journal, so
/// that a crash at any moment leads at most to a second offer, which the key makes harmless (I7).
///
/// The agent's file is read and never written. Where it is not the one that was copied before, nothing more is copied
/// until it is: a log must not tell two stories of one box.
final class UpdateScribe implements Stage {
    private final UpdateActs acts;
    private final ControlLog control;
    private final AuditTrail trail;
    private final ContentAt log;
    private UpdateActs.Place place = UpdateActs.Place.START;

    /// What the log has at an index; empty if it holds nothing there that can be shown.
    interface ContentAt {
        Optional<byte[]> find(long index) throws IOException;
    }

    UpdateScribe(UpdateActs acts, ControlLog control, AuditTrail trail, ContentAt log) {
        this.acts = acts;
        this.control = control;
        this.trail = trail;
        this.log = log;
    }

    @Override
    public String name() {
        return "update-scribe";
    }

    /// Takes as many acts as one read of the file gives.
    @Override
    public int step() throws IOException {
        var batch = acts.read(place);
        for (var act : batch.entries()) {
            var content = act.json().getBytes(StandardCharsets.UTF_8);
            if (act.n() >= below()) copy(act.n(), content);
            else if (act.n() == below() - 1) compare(act.n(), content);
        }
        if (batch.entries().isEmpty() && batch.next().n() < below()) {
            throw new IOException(
                    "the update agent's file of acts holds " + batch.next().n() + " acts, and the log has " + below()
                            + " of them: the file was cut or replaced");
        }
        place = batch.next();
        return batch.entries().size();
    }

    private void copy(long n, byte[] content) throws IOException {
        long index = trail.add("update-" + n, content);
        control.updateCopied(n + 1, index);
    }

    /// Only the last act that was copied is compared: one that differs before it, and not there, goes unnoticed.
    private void compare(long n, byte[] content) throws IOException {
        long index = control.state().updates().orElseThrow().index();
        var found = log.find(index);
        if (found.isPresent() && !Arrays.equals(found.get(), content)) {
            throw new IOException("act " + n + " of the update agent's file is not the one that entry " + index
                    + " of the log has: the file was replaced");
        }
    }

    private long below() {
        return control.state().updates().map(ControlState.Updates::below).orElse(0L);
    }
}
