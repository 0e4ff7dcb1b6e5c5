package org.sealpost.ota.tuf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// One metadata file: what it says, and who signed it. Immutable.
///
/// Signatures are over the canonical form of what was received, unknown members included, and so they stay good
/// when somebody adds one of their own.
public final class Signed<M extends Metadata> {
    private static final int MAX_SIGNATURES = 256;

    private final M metadata;
    private final ObjectNode json;
    private final byte[] canonical;
    private final List<MetadataSignature> signatures;

    private Signed(M metadata, ObjectNode json, byte[] canonical, List<MetadataSignature> signatures) {
        this.metadata = metadata;
        this.json = json;
        this.canonical = canonical;
        this.signatures = List.copyOf(signatures);
    }

    /// Metadata that nobody has signed yet.
    public static <M extends Metadata> Signed<M> draft(M metadata) {
        var json = MetadataJson.write(metadata);
        try {
            return new Signed<>(metadata, json, CanonicalJson.bytes(json), List.of());
        } catch (Malformed unwritable) {
            throw new IllegalArgumentException("metadata " + unwritable.getMessage(), unwritable);
        }
    }

    /// Reads a file, and checks its form only: whose signatures count is for a [Root] to say.
    public static <M extends Metadata> Signed<M> parse(Class<M> kind, byte[] file) throws Malformed {
        var fields = new Fields("", StrictJson.object(file));
        var signatures = new ArrayList<MetadataSignature>();
        var signers = new HashSet<String>();
        for (var each : fields.list("signatures", MAX_SIGNATURES)) {
            var signature = new MetadataSignature(each.text("keyid", 128), each.text("sig", 8192));
            if (!signers.add(signature.keyId())) throw new Malformed("holds two signatures of one key");
            signatures.add(signature);
        }
        var json = fields.object("signed");
        return new Signed<>(MetadataJson.read(kind, json), json.node(), CanonicalJson.bytes(json.node()), signatures);
    }

    public M metadata() {
        return metadata;
    }

    public List<MetadataSignature> signatures() {
        return signatures;
    }

    /// The same with one more signature; an older one by the same key is replaced.
    public Signed<M> signedBy(MetadataSigner signer) throws GeneralSecurityException {
        var all = new ArrayList<>(signatures);
        var id = signer.key().id();
        all.removeIf(old -> old.keyId().equals(id));
        all.add(MetadataSignature.of(id, signer.sign(canonical.clone())));
        return new Signed<>(metadata, json, canonical, all);
    }

    /// The file. What is parsed and written again may look other than before, but says and proves the same.
    public byte[] toBytes() {
        var file = StrictJson.object();
        var list = file.putArray("signatures");
        for (var signature : signatures) {
            list.addObject().put("keyid", signature.keyId()).put("sig", signature.hex());
        }
        file.set("signed", json);
        return StrictJson.bytes(file);
    }

    /// What is signed. Not to be changed.
    byte[] canonical() {
        return canonical;
    }
}
