package org.sealpost.hsm.est;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;
import org.bouncycastle.cert.X509CertificateHolder;

/// The name constraints (RFC 5280 §4.2.1.10) of the owner's own certificate. The JDK checks those of the CAs
/// below it, and takes none with a trust anchor.
final class NameRules {
    private NameRules() {}

    /// Why this CA must not have issued a certificate of these names, if it must not.
    static Optional<String> objection(X509CertificateHolder owner, X509CertificateHolder issued) {
        if (owner.getExtensions() == null || owner.getExtension(Extension.nameConstraints) == null) {
            return Optional.empty();
        }
        var rules = NameConstraints.getInstance(
                owner.getExtension(Extension.nameConstraints).getParsedValue());
        var validator = new PKIXNameConstraintValidator();
        if (rules.getPermittedSubtrees() != null) {
            validator.intersectPermittedSubtree(rules.getPermittedSubtrees());
        }
        if (rules.getExcludedSubtrees() != null) {
            for (GeneralSubtree excluded : rules.getExcludedSubtrees()) {
                validator.addExcludedSubtree(excluded);
            }
        }
        try {
            validator.checkPermittedDN(issued.getSubject());
            validator.checkExcludedDN(issued.getSubject());
            for (RDN address : issued.getSubject().getRDNs(BCStyle.EmailAddress)) {
                String text = IETFUtils.valueToString(address.getFirst().getValue());
                validator.checkPermittedEmail(text);
                validator.checkExcludedEmail(text);
            }
            for (GeneralName name : names(issued)) {
                validator.checkPermitted(name);
                validator.checkExcluded(name);
            }
            return Optional.empty();
        } catch (NameConstraintValidatorException violated) {
            return Optional.of("has a name that the owner's CA must not certify: "
                    + Words.of(String.valueOf(violated.getMessage())));
        }
    }

    private static List<GeneralName> names(X509CertificateHolder issued) {
        var names = new ArrayList<GeneralName>();
        GeneralNames alternative = issued.getExtensions() == null
                ? null
                : GeneralNames.fromExtensions(issued.getExtensions(), Extension.subjectAlternativeName);
        if (alternative != null) {
            names.addAll(List.of(alternative.getNames()));
        }
        return names;
    }
}
