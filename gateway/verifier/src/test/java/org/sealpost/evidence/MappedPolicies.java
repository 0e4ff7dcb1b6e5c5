package org.sealpost.evidence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.PolicyInformation;

/// Policies of certificates on a path, each of a level mapped to each of the next one: who follows them makes
/// a tree of count^4 nodes over four certificates (RFC 5280 §6.1.2).
public final class MappedPolicies {
    private MappedPolicies() {}

    /// Of a certificate that is so far below the root.
    public static List<Extension> ofLevel(int level, int count, boolean isCa) {
        var policies = new ASN1EncodableVector();
        var mappings = new ASN1EncodableVector();
        for (int i = 0; i < count; i++) {
            policies.add(new PolicyInformation(policy(level, i)));
            for (int j = 0; j < count; j++) {
                mappings.add(new DERSequence(new ASN1Encodable[] {policy(level, i), policy(level + 1, j)}));
            }
        }
        var all = new ArrayList<>(List.of(extension(Extension.certificatePolicies, policies)));
        if (isCa) all.add(extension(Extension.policyMappings, mappings));
        return all;
    }

    /// One policy so many times, which maps to nothing: whoever takes each for one of its own makes a tree of count^4
    /// nodes, too.
    public static List<Extension> repeated(int count) {
        var policies = new ASN1EncodableVector();
        for (int i = 0; i < count; i++) policies.add(new PolicyInformation(new ASN1ObjectIdentifier("1.2")));
        return List.of(extension(Extension.certificatePolicies, policies));
    }

    /// Two policies of which one maps to the other so many times.
    public static List<Extension> mappedRepeatedly(int count) {
        var policies = new ASN1EncodableVector();
        var mappings = new ASN1EncodableVector();
        for (int level = 0; level < 2; level++) policies.add(new PolicyInformation(policy(level, 0)));
        for (int i = 0; i < count; i++) {
            mappings.add(new DERSequence(new ASN1Encodable[] {policy(0, 0), policy(1, 0)}));
        }
        return List.of(
                extension(Extension.certificatePolicies, policies), extension(Extension.policyMappings, mappings));
    }

    private static ASN1ObjectIdentifier policy(int level, int number) {
        return new ASN1ObjectIdentifier("1." + (2 + level) + "." + (1 + number));
    }

    private static Extension extension(ASN1ObjectIdentifier name, ASN1EncodableVector content) {
        try {
            return new Extension(name, false, new DERSequence(content).getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
