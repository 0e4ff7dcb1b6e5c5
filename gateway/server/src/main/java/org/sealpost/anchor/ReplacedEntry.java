package org.sealpost.anchor;

import java.time.Instant;
import java.util.OptionalLong;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// The leaf of an entry in a journal of replaced requests; the body is empty (docs/formats.md §28).
sealed interface ReplacedEntry {
    String KIND = "sealpost-replaced";
    int VERSION = 1;

    /// Entry 0: of whose requests on which anchorage.
    record Opened(String relay, OriginId origin) implements ReplacedEntry {}

    /// A request was signed that may land in the place of another; from now on it may be sent.
    ///
    /// @param first   the id of the request in the relay's own journal
    /// @param request at the same nonce
    record Replaced(Instant at, Hash first, SignedRequest request) implements ReplacedEntry {
        public Replaced {
            if (request.nonce().isEmpty()) throw new IllegalArgumentException("only a nonce makes two requests one");
        }
    }

    default byte[] toBytes() {
        var out = new CborWriter();
        switch (this) {
            case Opened(var relay, var origin) ->
                out.array(4)
                        .text(KIND)
                        .integer(VERSION)
                        .text(relay)
                        .bytes(origin.value().toBytes());
            case Replaced(var at, var first, var request) ->
                out.array(6)
                        .integer(1)
                        .integer(Math.clamp(at.toEpochMilli(), 0, 1L << 48))
                        .bytes(first.toBytes())
                        .bytes(request.id().toBytes())
                        .integer(request.nonce().orElseThrow())
                        .bytes(request.bytes());
        }
        return out.toBytes();
    }

    static ReplacedEntry read(byte[] leaf) throws CborMalformed {
        var in = new CborReader(leaf);
        int count = in.array(6);
        var entry = in.major() == 3 ? opened(in, count) : replaced(in, count);
        in.end();
        return entry;
    }

    private static ReplacedEntry opened(CborReader in, int count) throws CborMalformed {
        in.requireItems(count, 4);
        in.expect(KIND).expect(VERSION);
        return new Opened(in.text(64), new OriginId(Hash.of(in.fixed(Hash.SIZE))));
    }

    private static ReplacedEntry replaced(CborReader in, int count) throws CborMalformed {
        in.requireItems(count, 6);
        in.unsigned("type", 1, 1);
        var at = Instant.ofEpochMilli(in.unsigned("time", 0, 1L << 48));
        var first = Hash.of(in.fixed(Hash.SIZE));
        var id = Hash.of(in.fixed(Hash.SIZE));
        long nonce = in.unsigned();
        int position = in.position();
        byte[] bytes = in.bytes(SignedRequest.MAX_SIZE);
        if (bytes.length == 0) throw new CborMalformed(position, "an empty request");
        return new Replaced(at, first, new SignedRequest(id, OptionalLong.of(nonce), bytes));
    }
}
