package org.sealpost.admin;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.multipart.Attribute;
import io.netty.handler.codec.http.multipart.DefaultHttpDataFactory;
import io.netty.handler.codec.http.multipart.FileUpload;
import io.netty.handler.codec.http.multipart.HttpPostRequestDecoder;
import io.netty.handler.codec.http.multipart.InterfaceHttpData;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/// A text that somebody uploads: as the body itself, or in a field of a form.
///
/// @param field of the form
/// @param types that the body itself may be said to be
/// @param named those types as a refusal names them
record Upload(String field, Set<String> types, String named) {
    /// Certificates.
    static final Upload PEM = new Upload(
            "pem",
            Set.of("application/x-pem-file", "application/pem-certificate-chain", "text/plain"),
            "application/x-pem-file or text/plain");

    /// The settings of sensors.
    static final Upload TOML =
            new Upload("document", Set.of("application/toml", "text/plain"), "application/toml or text/plain");

    private static final String MULTIPART = "multipart/form-data";

    /// What a form adds to the text: boundaries, and `%XX` for all that is no letter.
    private static final int FORM_FACTOR = 3;

    private static final int MAX_FIELDS = 8;

    private static final byte[] NOTHING = {};

    /// @param maxBytes of the text
    Future<PostedBody> receive(Vertx vertx, HttpServerRequest request, int maxBytes) {
        var type = PostedBody.mediaType(request);
        if (types.contains(type)) return PostedBody.receive(vertx, request, maxBytes);
        if (!type.equals(Submission.URL_ENCODED) && !type.equals(MULTIPART)) {
            return PostedBody.refuse(
                    request,
                    415,
                    "The body is sent as " + named + ", or in the field " + field
                            + " of a form; say which in Content-Type.");
        }
        var header = request.getHeader(HttpHeaders.CONTENT_TYPE);
        return PostedBody.receive(vertx, request, FORM_FACTOR * maxBytes).map(body -> switch (body) {
            case PostedBody.Whole(var bytes) -> field(header, bytes, maxBytes);
            case PostedBody.Refused refused -> refused;
        });
    }

    private PostedBody field(String contentType, byte[] body, int maxBytes) {
        var request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/", Unpooled.wrappedBuffer(body));
        request.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
        HttpPostRequestDecoder decoder = null;
        try {
            decoder = new HttpPostRequestDecoder(
                    new DefaultHttpDataFactory(false), request, StandardCharsets.UTF_8, MAX_FIELDS, body.length + 1);
            for (var data : decoder.getBodyHttpDatas()) {
                byte[] bytes = data.getName().equals(field) ? content(data) : NOTHING;
                if (bytes.length > maxBytes) {
                    return new PostedBody.Refused(
                            413, "The field " + field + " has more than " + maxBytes + " bytes; send less.");
                }
                if (bytes.length > 0) return new PostedBody.Whole(bytes);
            }
            return new PostedBody.Refused(
                    422, "The form has nothing in its field " + field + "; choose a file, or paste its text.");
        } catch (IOException | RuntimeException e) {
            return new PostedBody.Refused(400, "The form cannot be read; use the form of the page.");
        } finally {
            if (decoder != null) decoder.destroy();
        }
    }

    private static byte[] content(InterfaceHttpData data) throws IOException {
        return switch (data) {
            case FileUpload file -> file.get();
            // Browsers write the line ends of a text area as CRLF, whatever was pasted into it.
            case Attribute attribute -> withLineFeeds(attribute.get());
            default -> NOTHING;
        };
    }

    private static byte[] withLineFeeds(byte[] text) {
        // Every byte is a character of Latin 1: whatever is no UTF-8 stays what it is.
        return new String(text, StandardCharsets.ISO_8859_1)
                .replace("\r\n", "\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
