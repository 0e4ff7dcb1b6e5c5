package org.sealpost.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyMaking;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.TokenAct;
import org.sealpost.hsm.TokenListener;
import org.sealpost.record.ClockReading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Leaves a note of each act in the life of a token's keys: what the log gets of it (docs/formats.md §13).
final class NotedActs implements TokenListener {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Logger LOG = LoggerFactory.getLogger(NotedActs.class);
    private static final HexFormat HEX = HexFormat.of();
    private static final String KEY_ID = "publicKeySha256";
    static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final TokenNotes notes;
    private final Supplier<ClockReading> clock;
    private final Runnable left;

    /// @param left called after each note
    NotedActs(TokenNotes notes, Supplier<ClockReading> clock, Runnable left) {
        this.notes = notes;
        this.clock = clock;
        this.left = left;
    }

    /// Whoever sits at this machine's command line, as notes and orders name them: in letters that all of them take.
    static String somebodyHere() {
        var name = System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9._@:%-]", "");
        return "user " + (name.isEmpty() ? "unknown" : name.substring(0, Math.min(64, name.length())))
                + " at the command line";
    }

    /// @throws UncheckedIOException if the act, which is done, cannot be put on record
    @Override
    public void told(TokenAct act) {
        try {
            // Of a making that was cut off right behind its note.
            if (act instanceof TokenAct.Generated made && isTold(made.spki())) return;
            notes.leave(content(act, clock.get()));
        } catch (IOException e) {
            throw new UncheckedIOException("it is done, but no note of it could be left: " + e.getMessage(), e);
        }
        left.run();
    }

    /// A key that was there already is taken into use. Nothing is left if a note that waits tells of the key.
    ///
    /// @throws UncheckedIOException if it cannot be put on record
    void found(String token, String by, SigningKey key) {
        try {
            if (isTold(key.spki())) return;
            var json = object("key-found", clock.get(), by, token);
            key(json, key.spec().name(), key.spki())
                    .put("kind", key.spec().kind().name());
            notes.leave(JSON.writeValueAsBytes(json));
        } catch (IOException e) {
            throw new UncheckedIOException("no note of a key could be left: " + e.getMessage(), e);
        }
        left.run();
    }

    private boolean isTold(byte[] spki) throws IOException {
        if (spki.length == 0) return false;
        var id = TokenNotes.sha256(spki);
        for (var note : notes.waiting(TokenNotes.MAX_WAITING)) {
            if (JSON.readTree(note.content()).path(KEY_ID).asText().equals(id)) return true;
        }
        return false;
    }

    // ---- what is begun ----

    /// @throws UncheckedIOException if it cannot be kept, so that the key is not made
    @Override
    public void begins(KeyMaking making) {
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("id", making.id())
                .put("token", making.token())
                .put("by", making.by())
                .put("key", making.key())
                .put("kind", making.kind().name());
        var before = json.putArray("before");
        for (var one : making.before())
            before.addObject().put("id", HEX.formatHex(one.id())).put("spki", HEX.formatHex(one.spki()));
        try {
            notes.begin(making.id(), JSON.writeValueAsBytes(json));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "no key is made, since it could not be kept that one is to be: " + e.getMessage(), e);
        }
    }

    @Override
    public void ends(KeyMaking making) {
        try {
            notes.end(making.id());
        } catch (IOException e) {
            // It is looked up once more at the next look, and found told, or told twice.
            LOG.warn("what was begun is done, and cannot be cleared away: {}", e.getMessage());
        }
    }

    @Override
    public void abandons(KeyMaking making) {
        try {
            notes.abandon(making.id());
        } catch (IOException e) {
            LOG.warn("what was begun is looked at again when this process has ended: {}", e.getMessage());
        }
    }

    @Override
    public List<KeyMaking> begun() {
        try {
            var makings = new ArrayList<KeyMaking>();
            for (var left : notes.begun()) making(left).ifPresent(makings::add);
            return makings;
        } catch (IOException e) {
            LOG.warn("what was begun before cannot be read: {}", e.getMessage());
            return List.of();
        }
    }

    private static Optional<KeyMaking> making(BegunMakings.Left left) {
        try {
            var json = JSON.readTree(left.content());
            var before = new ArrayList<KeyMaking.Before>();
            for (var one : json.path("before"))
                before.add(new KeyMaking.Before(
                        HEX.parseHex(one.path("id").asText()),
                        HEX.parseHex(one.path("spki").asText())));
            return Optional.of(new KeyMaking(
                    left.id(),
                    json.path("token").asText(),
                    json.path("by").asText(),
                    json.path("key").asText(),
                    KeyKind.valueOf(json.path("kind").asText()),
                    List.copyOf(before),
                    left.since()));
        } catch (IOException | IllegalArgumentException damaged) {
            LOG.warn("{}.begun is damaged, so what it began is not in the log; delete it", left.id());
            return Optional.empty();
        }
    }

    private static ObjectNode object(String act, ClockReading clock, String by, String token) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("act", act)
                .put("at", MILLIS.format(clock.time()))
                .put("clock", clock.state().name().toLowerCase(Locale.ROOT))
                .put("by", by)
                .put("token", token);
    }

    static byte[] content(TokenAct act, ClockReading clock) {
        var json = object(name(act), clock, act.by(), act.token());
        switch (act) {
            case TokenAct.Initialised _, TokenAct.PinChanged _ -> {}
            case TokenAct.Generated made ->
                key(json, made.key(), made.spki()).put("kind", made.kind().name());
            case TokenAct.Destroyed gone -> key(json, gone.key(), gone.spki());
            case TokenAct.CertificateStored stored ->
                certificates(key(json, stored.key(), stored.spki()), stored.certificate(), List.of());
            case TokenAct.Enrolled enrolled ->
                certificates(key(json, enrolled.key(), enrolled.spki()), enrolled.certificate(), enrolled.above());
        }
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts can be written", e);
        }
    }

    private static ObjectNode key(ObjectNode json, String name, byte[] spki) {
        json.put("key", name);
        // Empty where the key was destroyed because it could not be told.
        return spki.length == 0 ? json : json.put(KEY_ID, TokenNotes.sha256(spki));
    }

    private static void certificates(ObjectNode json, byte[] certificate, List<byte[]> above) {
        var all = json.putArray("certificates").add(TokenNotes.sha256(certificate));
        above.forEach(der -> all.add(TokenNotes.sha256(der)));
    }

    private static String name(TokenAct act) {
        return switch (act) {
            case TokenAct.Initialised _ -> "token-initialised";
            case TokenAct.Generated _ -> "key-made";
            case TokenAct.Destroyed _ -> "key-destroyed";
            case TokenAct.CertificateStored _ -> "certificate-stored";
            case TokenAct.Enrolled _ -> "key-enrolled";
            case TokenAct.PinChanged _ -> "pin-changed";
        };
    }
}
