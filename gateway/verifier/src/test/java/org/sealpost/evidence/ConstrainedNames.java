package org.sealpost.evidence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;

/// Of a CA: names of hosts that those below it may have (RFC 5280 §4.2.1.10).
public final class ConstrainedNames {
    private ConstrainedNames() {}

    /// So many that no CA has with another first number far away, and one behind them that each has.
    public static List<Extension> of(int first, int count) {
        var permitted = new GeneralSubtree[count + 1];
        for (int i = 0; i < count; i++) permitted[i] = name(Integer.toString(first + i, Character.MAX_RADIX));
        permitted[count] = name("each");
        return extension(permitted);
    }

    /// This one alone.
    public static List<Extension> only(String name) {
        return extension(name(name));
    }

    private static GeneralSubtree name(String name) {
        return new GeneralSubtree(new GeneralName(GeneralName.dNSName, name));
    }

    private static List<Extension> extension(GeneralSubtree... permitted) {
        try {
            var constraints = new NameConstraints(permitted, null).getEncoded();
            return List.of(new Extension(Extension.nameConstraints, false, constraints));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
