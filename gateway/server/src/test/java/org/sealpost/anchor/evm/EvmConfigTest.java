package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class EvmConfigTest {
    /// What a relay says stands on /readyz, which anybody may read; providers put keys into the path or the query.
    @Test
    void messagesNameANodeWithoutWhatMayBeSecret() {
        assertEquals("https://node.example", name("https://user:secret@node.example/v3/secret?key=secret"));
        assertEquals("http://127.0.0.1:8545", name("http://127.0.0.1:8545/"));
        var refused = assertThrows(IllegalArgumentException.class, () -> config("ftp://user:secret@node.example"));
        assertFalse(String.valueOf(refused.getMessage()).contains("secret"));
    }

    private static String name(String url) {
        return EvmConfig.name(config(url).nodes().getFirst());
    }

    private static EvmConfig config(String url) {
        return new EvmConfig(URI.create(url), OptionalInt.empty(), Duration.ofSeconds(1));
    }
}
