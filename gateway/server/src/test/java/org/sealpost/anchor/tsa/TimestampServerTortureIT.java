package org.sealpost.anchor.tsa;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The same with an authority that nobody here wrote, which does nothing wrong: what lies before it does.
class TimestampServerTortureIT extends TsaTortureTest {
    @TempDir
    private static Path folder;

    private static TimestampServer authority;

    @BeforeAll
    static void startAuthority() throws Exception {
        authority = TimestampServer.start(folder);
    }

    @AfterAll
    static void stopAuthority() {
        if (authority != null) authority.close();
    }

    @BeforeEach
    @Override
    void start() throws Exception {
        serve(authority.url(), authority.certificates());
    }

    @Override
    Instant now() {
        return Instant.now();
    }

    /// It makes its certificate itself, for ten years, and starts with none that is over: one that ends has the
    /// authority of [TsaTortureTest].
    @Override
    protected void aKeyThatCannotBeUsedIsWaitedFor() {}

    /// What it does not accept it answers by HTTP status 400, which is no word of for good: see
    /// [TimestampServerIT#whatItDoesNotAcceptIsNotRefusedForGood].
    @Override
    protected void whatIsRefusedForGoodIsSetAsideAndHoldsBackNothing() {}
}
