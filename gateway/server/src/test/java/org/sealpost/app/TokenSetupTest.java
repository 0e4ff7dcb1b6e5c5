package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.TokenCeremony;

/// What the preparation of a token leaves for the log.
class TokenSetupTest {
    @TempDir
    Path folder;

    private BoxFolder place;

    @BeforeEach
    void emptyToken() throws Exception {
        place = BoxFolder.create(folder);
    }

    /// The first run is cut off right after the token has made the key: nobody else knows of it.
    @Test
    void aKeyThatARunWasCutOffAfterIsOnRecordOnce() throws Exception {
        var token = place.config().token();
        TokenSetup.initToken(token.config(), token.driver(), TokenCeremony.EmptyToken.ONLY);
        String fingerprint;
        try (var open = token.open()) {
            open.settle(Duration.ofSeconds(30));
            fingerprint =
                    HsmWords.fingerprint(open.generate("seal", KeyKind.P256).spki());
        }
        TokenSetup.initialise(place.config());
        var found = notes().getLast();
        assertEquals("key-found", found.path("act").asText());
        assertEquals("seal", found.path("key").asText());
        assertEquals(fingerprint, found.path("publicKeySha256").asText());
        assertEquals("P256", found.path("kind").asText());
        assertTrue(found.path("token").asText().contains("SoftHSM"), found.toString());

        TokenSetup.initialise(place.config());
        assertEquals(List.of("key-found"), acts());
    }

    @Test
    void aKeyThatIsOnRecordIsNotFoundAgain() throws Exception {
        TokenSetup.initialise(place.config());
        TokenSetup.initialise(place.config());
        assertEquals(List.of("token-initialised", "key-made"), acts());
    }

    /// Its genesis names the keys, and the notes went into it long ago.
    @Test
    void onceThereIsALogNothingIsFound() throws Exception {
        TokenSetup.initialise(place.config());
        var notes = TokenNotes.beside(place.config().token().config().pinFile());
        for (var note : notes.waiting(TokenNotes.MAX_WAITING)) notes.taken(note);
        Files.createFile(
                Files.createDirectories(place.data().resolve("entries")).resolve("00000001.segment"));
        TokenSetup.initialise(place.config());
        assertEquals(List.of(), acts());
    }

    private List<String> acts() throws Exception {
        return notes().stream().map(note -> note.path("act").asText()).toList();
    }

    private List<JsonNode> notes() throws Exception {
        var notes = new ArrayList<JsonNode>();
        for (var note :
                TokenNotes.beside(place.config().token().config().pinFile()).waiting(TokenNotes.MAX_WAITING))
            notes.add(new JsonMapper().readTree(note.content()));
        return notes;
    }
}
