package org.sealpost.capture;

import java.util.Optional;
import org.sealpost.record.Content;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;

/// A record as a handle hands it over: decoded and authenticated, nothing else.
///
/// @param kind    by which door it came
/// @param source  who handed it over, under which key of their own, and where
/// @param profile the profile's name as the client gave it; [Intake] decides whether there is one
/// @param content the payload belongs to the record from here on; nobody changes it
public record CapturedRecord(SourceKind kind, Source source, String profile, Content content) {
    public CapturedRecord(
            SourceKind kind,
            String client,
            Optional<String> idempotencyKey,
            String where,
            String profile,
            String mediaType,
            byte[] payload) {
        this(kind, new Source(client, idempotencyKey, where), profile, new Content(mediaType, payload));
    }

    public String client() {
        return source.client();
    }

    public Optional<String> idempotencyKey() {
        return source.idempotencyKey();
    }

    int payloadSize() {
        return content.payload().length;
    }
}
