package org.sealpost.sensor;

import java.time.Duration;

/// Does what its script says; each adapter that is made for a sensor goes on in the same script.
final class ScriptedAdapter implements Adapter {
    private final Bench bench;
    boolean isClosed;

    ScriptedAdapter(Bench bench) {
        this.bench = bench;
    }

    @Override
    public String description() {
        return "a scripted device";
    }

    @Override
    public Duration patience() {
        return Duration.ofSeconds(1);
    }

    @Override
    public void open() throws Exception {
        bench.opened++;
        Exception broken = bench.opening;
        if (broken != null) throw broken;
    }

    @Override
    public Sample read() throws Exception {
        return bench.nextSample();
    }

    @Override
    public void close() {
        isClosed = true;
        bench.closed++;
    }
}
