package org.sealpost.app;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import java.util.concurrent.atomic.AtomicInteger;

/// Closes connections beyond a number, before they have said anything: each open one may hold buffers. Any thread.
final class ConnectionLimit implements Handler<HttpConnection> {
    private final int max;
    private final AtomicInteger open = new AtomicInteger();

    ConnectionLimit(int max) {
        this.max = max;
    }

    @Override
    public void handle(HttpConnection connection) {
        boolean tooMany = open.incrementAndGet() > max;
        connection.closeHandler(_ -> open.decrementAndGet());
        if (tooMany) connection.close();
    }
}
