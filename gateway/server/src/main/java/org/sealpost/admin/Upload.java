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

/// A text that somebody uploads: as the body itself, or in the field `pem` of a form.
final class Upload {
    private static final String FIELD = "pem";
    private static final String MULTIPART = "multipart/form-data";
    private static final Set<String> TEXTS =
            Set.of("application/x-pem-file", "application/pem-certificate-chain", "text/plain");

    /// What a form adds to the text: boundaries, and `%XX` for all that is no letter.
    private static final int FORM_FACTOR = 3;

    private static final int MAX_FIELDS = 8;

    private static final byte[] NOTHING = {};

    private Upload() {}

    /// @param maxBytes of the text
    static Future<PostedBody> receive(Vertx vertx, HttpServerRequest request, int maxBytes) {
        var type = PostedBody.mediaType(request);
        if (TEXTS.contains(type)) return PostedBody.receive(vertx, request, maxBytes);
        if (!type.equals(Submission.URL_ENCODED) && !type.equals(MULTIPART)) {
            return PostedBody.refuse(
                    request,
                    415,
                    "The body is sent as application/x-pem-file or text/plain, or in the field " + FIELD
                            + " of a form; say which in Content-Type.");
        }
        var header = request.getHeader(HttpHeaders.CONTENT_TYPE);
        return PostedBody.receive(vertx, request, FORM_FACTOR * maxBytes).map(body -> switch (body) {
            case PostedBody.Whole(var bytes) -> field(header, bytes, maxBytes);
            case PostedBody.Refused refused -> refused;
        });
    }

    private static PostedBody field(String contentType, byte[] body, int maxBytes) {
        var request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/", Unpooled.wrappedBuffer(body));
        request.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
        HttpPostRequestDecoder decoder = null;
        try {
            decoder = new HttpPostRequestDecoder(
                    new DefaultHttpDataFactory(false), request, StandardCharsets.UTF_8, MAX_FIELDS, body.length + 1);
            for (var data : decoder.getBodyHttpDatas()) {
                byte[] bytes = data.getName().equals(FIELD) ? content(data) : NOTHING;
                if (bytes.length > maxBytes) {
                    return new PostedBody.Refused(
                            413, "The field " + FIELD + " has more than " + maxBytes + " bytes; send less.");
                }
                if (bytes.length > 0) return new PostedBody.Whole(bytes);
            }
            return new PostedBody.Refused(
                    422, "The form has nothing in its field " + FIELD + "; choose a file, or paste its text.");
        } catch (IOException | RuntimeException e) {
            return new PostedBody.Refused(400, "The form cannot be read; use the form of the page.");
        } finally {
            if (decoder != null) decoder.destroy();
        }
    }

    private static byte[] content(InterfaceHttpData data) throws IOException {
        return switch (data) {
            case FileUpload file -> file.get();
            case Attribute attribute -> attribute.get();
            default -> NOTHING;
        };
    }
}
