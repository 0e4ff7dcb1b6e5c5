package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.merkle.Hash;

class IdentityDifferenceTest {
    private static final Hash ONE = Hash.of(filled(Hash.SIZE, 1));
    private static final Hash OTHER = Hash.of(filled(Hash.SIZE, 2));

    @Test
    void aChainThatWasMadeAnewUnderItsOldIdIsToldByItsBlockZero() {
        assertEquals(
                "same chain id 1337, another block 0 (found " + ONE + ", expected " + OTHER + ")",
                IdentityDifference.words(evm(1337, ONE, 7), evm(1337, OTHER, 7)));
    }

    @Test
    void whatDiffersIsNamedOneByOne() {
        assertEquals(
                "another chain id (found 5, expected 6), another contract (found 0x" + "07".repeat(20) + ", expected 0x"
                        + "08".repeat(20) + ")",
                IdentityDifference.words(evm(5, ONE, 7), evm(6, ONE, 8)));
        assertEquals(
                "same channel anchors, same block 0 " + ONE + ", another chaincode (found one, expected two)",
                IdentityDifference.words(
                        new AnchorIdentity.Fabric("anchors", ONE, "one"),
                        new AnchorIdentity.Fabric("anchors", ONE, "two")));
    }

    @Test
    void ofAnotherKindBothAreTold() {
        var chain = evm(5, ONE, 7);
        var authority = new AnchorIdentity.Tsa(ONE, Optional.empty());
        assertEquals("found " + chain + ", expected " + authority, IdentityDifference.words(chain, authority));
    }

    private static AnchorIdentity evm(long chainId, Hash genesis, int contract) {
        return new AnchorIdentity.Evm(chainId, genesis, filled(20, contract), ONE);
    }

    private static byte[] filled(int size, int with) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) with);
        return bytes;
    }
}
