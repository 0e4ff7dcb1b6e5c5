package org.sealpost.app;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.sealpost.hsm.CertificateRequest;
import org.sealpost.hsm.CertificateRequest.AlternativeName;
import org.sealpost.hsm.CertificateRequest.Usage;
import picocli.CommandLine.Option;

/// What is asked of a CA.
final class HsmSubject {
    @Option(names = "--subject", description = "the subject (RFC 4514), such as: CN=box 17,O=Owner")
    private Optional<String> subject = Optional.empty();

    @Option(names = "--dns", description = "a DNS name; can be given more than once, as the three below")
    private List<String> dns = List.of();

    @Option(names = "--uri", description = "a URI")
    private List<String> uris = List.of();

    @Option(names = "--ip", description = "an IP address")
    private List<String> addresses = List.of();

    @Option(names = "--email", description = "an e-mail address")
    private List<String> emails = List.of();

    @Option(names = "--usage", description = "key usages out of ${COMPLETION-CANDIDATES}; default: DIGITAL_SIGNATURE")
    private Set<Usage> usages = EnumSet.of(Usage.DIGITAL_SIGNATURE);

    @Option(names = "--purpose", description = "object identifiers of the extended key usage")
    private List<String> purposes = List.of();

    boolean isGiven() {
        return subject.isPresent();
    }

    CertificateRequest request() {
        var names = new ArrayList<AlternativeName>();
        dns.forEach(name -> names.add(new AlternativeName.Dns(name)));
        uris.forEach(name -> names.add(new AlternativeName.Uri(name)));
        addresses.forEach(name -> names.add(new AlternativeName.Ip(name)));
        emails.forEach(name -> names.add(new AlternativeName.Email(name)));
        var text = subject.orElseThrow(() -> HsmTarget.usage("--subject is missing, such as: --subject \"CN=box 17\""));
        try {
            return new CertificateRequest(new X500Principal(text), names, usages, purposes, Optional.empty());
        } catch (IllegalArgumentException e) {
            throw HsmTarget.usage("this cannot be asked of a CA: " + e.getMessage());
        }
    }
}
