package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPair;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.record.Genesis;
import org.sealpost.record.HandOver;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.KeyRole;

/// I15. Whatever a hand-over says must follow from the keys before it, though both of its keys have signed it.
class KeyHistoryTest {
    private static final int INDEX = 9;

    private final KeyPair first = TestBox.newKeys();
    private final TestBox box = new TestBox("test/1", first, 1, 5);
    private final KeyPair third = TestBox.newKeys();

    private final P256Key firstKey = box.key;

    KeyHistoryTest() {
        box.handOver(TestBox.newKeys(), HandOver.Reason.PLANNED, List.of());
    }

    private HandOver handOver(
            int number, long index, byte[] genesis, P256Key old, KeyPair next, HandOver.Reason reason) {
        return new HandOver(
                number,
                index,
                genesis,
                old.thumbprint().toBytes(),
                new Genesis.Key(KeyRole.SEAL, next.getPublic().getEncoded(), "test 0003"),
                reason,
                TestBox.clock(INDEX),
                reason == HandOver.Reason.LOST ? List.of(new byte[] {0x30, 0}) : List.of());
    }

    private byte[] signed(HandOver said, KeyPair next) {
        Optional<byte[]> byOld = said.isBreak()
                ? Optional.empty()
                : Optional.of(box.sign(said.toBeSigned()).withLowS().raw());
        return new HandOverLeaf(
                        said,
                        byOld,
                        TestBox.sign(next, said.toBeSigned()).withLowS().raw())
                .encode();
    }

    private void assertRefused(HandOver said, KeyPair next, String why) {
        var refused = assertThrows(HandOverWrong.class, () -> box.history.after(signed(said, next)));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    @Test
    void whatDoesNotFollowFromTheKeysBeforeIsRefusedWhoeverSignedIt() throws Exception {
        for (var reason : HandOver.Reason.values()) {
            var genesis = box.genesisHash().toBytes();
            var right = handOver(2, INDEX, genesis, box.key, third, reason);
            assertEquals(
                    P256Key.of(third.getPublic().getEncoded()),
                    box.history.after(signed(right, third)).last());

            assertRefused(handOver(3, INDEX, genesis, box.key, third, reason), third, "says that it is number 3");
            assertRefused(handOver(2, 5, genesis, box.key, third, reason), third, "index is not above");
            assertRefused(handOver(2, INDEX, new byte[32], box.key, third, reason), third, "of another genesis");
            assertRefused(handOver(2, INDEX, genesis, firstKey, third, reason), third, "a key that was not in force");
            assertRefused(handOver(2, INDEX, genesis, box.key, first, reason), first, "a key that sealed before");
            assertRefused(right, first, "second signature is not the new key's");
        }
    }
}
