package org.sealpost.app;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import org.sealpost.admin.AdminHttp;
import org.sealpost.admin.AnchoragePages;
import org.sealpost.admin.BoxPages;
import org.sealpost.admin.ErasurePages;
import org.sealpost.admin.ExportPages;
import org.sealpost.admin.LedgerPages;
import org.sealpost.admin.OwnerPages;
import org.sealpost.admin.SensorPages;
import org.sealpost.capture.http.HttpCapture;

/// Decides by path whose a request is: the box has one HTTP server.
///
/// @param owner of a box that is claimed by somebody; before that, every request is theirs
record HttpDoor(
        Optional<OwnerPages> owner,
        HttpCapture capture,
        AdminHttp admin,
        BoxPages pages,
        SensorPages sensors,
        ErasurePages erasures,
        ExportPages exports,
        AnchoragePages anchorages,
        LedgerPages ledgers)
        implements Handler<HttpServerRequest> {
    @Override
    public void handle(HttpServerRequest request) {
        var path = Optional.ofNullable(request.path()).orElse("");
        if (owner.isPresent() && owner.get().serves(path)) {
            owner.get().handle(request);
            return;
        }
        boolean reads = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
        if (path.equals(HttpCapture.PATH) && !reads) {
            capture.handle(request);
            return;
        }
        if (pages.serves(path)) {
            pages.handle(request);
            return;
        }
        if (sensors.serves(path)) {
            sensors.handle(request);
            return;
        }
        if (erasures.serves(path)) {
            erasures.handle(request);
            return;
        }
        if (exports.serves(path)) {
            exports.handle(request);
            return;
        }
        if (anchorages.serves(path)) {
            anchorages.handle(request);
            return;
        }
        if (ledgers.serves(path)) {
            ledgers.handle(request);
            return;
        }
        // What is read has no body; one that is sent all the same is not waited for.
        if (reads) request.resume();
        admin.handle(request);
    }
}
