package org.sealpost.anchor.fabric;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/// What an organisation installs on its peer: where the chaincode's service is reached, and nothing that
/// runs. The same answers give the same bytes.
///
/// @param bytes a `.tgz`, as `peer lifecycle chaincode install` takes it
public record ChaincodePackage(byte[] bytes) {
    private static final String LABEL = "sealpost";

    /// @param service HOST:PORT
    /// @param ca      PEM: who vouches for the service's TLS; empty: it speaks none
    public static ChaincodePackage of(String service, Optional<String> ca) {
        FabricConfig.Peer.of(service); // refuses what is no address
        var metadata = object().put("type", "ccaas").put("label", LABEL);
        var connection =
                object().put("address", service).put("dial_timeout", "10s").put("tls_required", ca.isPresent());
        ca.ifPresent(pem -> connection.put("root_cert", pem));
        var code = archive(Map.of("connection.json", json(connection)));
        var all = new LinkedHashMap<String, byte[]>();
        all.put("metadata.json", json(metadata));
        all.put("code.tar.gz", code);
        return new ChaincodePackage(archive(all));
    }

    public ChaincodePackage {
        bytes = bytes.clone();
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    /// By which peers know it: what `peer lifecycle chaincode calculatepackageid` prints.
    public String id() {
        try {
            return LABEL + ":"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static byte[] json(ObjectNode object) {
        return object.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] archive(Map<String, byte[]> files) {
        var out = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(out)) {
            for (var file : files.entrySet())
                TarEntry.of(file.getKey(), file.getValue()).write(zip);
            zip.write(new byte[2 * TarEntry.BLOCK]);
        } catch (IOException e) {
            throw new UncheckedIOException("nothing but memory was written", e);
        }
        return out.toByteArray();
    }
}
