package org.sealpost.anchor;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.sealpost.evidence.AnchorIdentity;

/// What tells an anchorage that answers now from the one that was reached first, in words for people: of two long
/// identities mostly one hash differs, and that is the one to be compared.
public final class IdentityDifference {
    private IdentityDifference() {}

    /// @param found of another anchorage than expected
    public static String words(AnchorIdentity found, AnchorIdentity expected) {
        if (found instanceof AnchorIdentity.Evm now && expected instanceof AnchorIdentity.Evm before) {
            return words(List.of(
                    new Part("chain id", Long.toString(now.chainId()), Long.toString(before.chainId())),
                    new Part("block 0", now.genesis().hex(), before.genesis().hex()),
                    new Part("contract", hex(now.contract()), hex(before.contract())),
                    new Part("code", now.code().hex(), before.code().hex())));
        }
        if (found instanceof AnchorIdentity.Fabric now && expected instanceof AnchorIdentity.Fabric before) {
            return words(List.of(
                    new Part("channel", now.channel(), before.channel()),
                    new Part("block 0", now.genesis().hex(), before.genesis().hex()),
                    new Part("chaincode", now.chaincode(), before.chaincode())));
        }
        return "found " + found + ", expected " + expected;
    }

    private static String hex(byte[] address) {
        return "0x" + HexFormat.of().formatHex(address);
    }

    private record Part(String name, String found, String expected) {
        boolean isSame() {
            return found.equals(expected);
        }
    }

    /// What is the same behind the first difference says nothing.
    private static String words(List<Part> parts) {
        var words = new ArrayList<String>();
        boolean isOther = false;
        for (var part : parts) {
            if (!part.isSame()) {
                isOther = true;
                words.add("another " + part.name + " (found " + part.found + ", expected " + part.expected + ")");
            } else if (!isOther) {
                words.add("same " + part.name + " " + part.found);
            }
        }
        return String.join(", ", words);
    }
}
