package org.sealpost.app;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import org.sealpost.admin.AdminHttp;
import org.sealpost.admin.BoxPages;
import org.sealpost.capture.http.HttpCapture;

/// Decides by path whose a request is: the box has one HTTP server.
record HttpDoor(HttpCapture capture, AdminHttp admin, BoxPages pages) implements Handler<HttpServerRequest> {
    @Override
    public void handle(HttpServerRequest request) {
        if (HttpCapture.PATH.equals(request.path())) {
            capture.handle(request);
            return;
        }
        if (request.path() != null && pages.serves(request.path())) {
            pages.handle(request);
            return;
        }
        // What is read has no body; one that is sent all the same is not waited for.
        if (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD) request.resume();
        admin.handle(request);
    }
}
