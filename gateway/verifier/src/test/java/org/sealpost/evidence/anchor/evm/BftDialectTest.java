package org.sealpost.evidence.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.evidence.anchor.evm.TestTrie.list;
import static org.sealpost.evidence.anchor.evm.TestTrie.number;
import static org.sealpost.evidence.anchor.evm.TestTrie.string;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.EvmValidators.Consensus;
import org.sealpost.merkle.Hash;

/// Headers that nodes of IBFT 2.0 and Istanbul made, and headers that none makes. [QbftVectorTest] has QBFT's.
class BftDialectTest {
    private static final String NO_UNCLES = "1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";
    private static final String EMPTY_TRIE = "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
    private static final String MIX = "63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365";
    private static final List<TestValidator> FOUR = TestChain.validators(1, 4);
    private static final byte[] NONE = list();

    private final TestChain chain = new TestChain();

    /// Block 4880 of a network with four validators (Quorum Developer Quickstart with Besu, August 2021), as
    /// its node told it, with this hash, in somebody's published notes of `eth_getBlockByNumber`.
    @Test
    void aBlockOfBesuIsWhatItsValidatorsSealed() throws ProofBroken {
        var extra = hex("f90148a0" + "00".repeat(32)
                + "f85494" + "06e23768a0f59cf365e18c2e0c89e151bcdedc70" + "94"
                + "4592c8e45706cc08b8f44b11e43cba0cfc5892cb" + "94"
                + "ab5e7f4061c605820d3744227eed91ff8e2c8908" + "94"
                + "c5327f96ee02d7bcbc1bf1236b8c15148971e1de" + "808400000000f8c9b841"
                + "c6e9abd6a83c34c10081f10462e024a2ba6874ef8a703bfb4f0c40ec3bc026a6"
                + "1975137f22dab536564dbb8fcced816a6243f779e09a6f145ff445ac6a8ec6f501" + "b841"
                + "9010c572d87af02452bc52eed2f60e57e6f4be2d831203f55277831c343a5d12"
                + "45909687d66b5076bc38c303c78d40ed65426065e5842e19fd845215b287964a00" + "b841"
                + "96b799d69e6df023c8a4f06d025b33607046a7d9f0a14cee05936847f69bc5ca"
                + "5925bc1f086beba28135e0b3424efbbf0aec81516620ea1f20f68d2e489923ac01");
        var header = BlockHeader.parse(header(
                "e32d8410a8b98e459fe3391d71cafad61d8afb96f7474dc1e223ccaa0b6507cc",
                "06e23768a0f59cf365e18c2e0c89e151bcdedc70",
                "a061120042355a5e53e2b616c6568d26d60021a41f5d9787d827486840baf0df",
                new long[] {0x1310, 0xf7b760, 0x61136a54},
                extra));
        var hash = Hash.ofHex("2bec7d776aae84f311e81843588cf3c07d00ca72fb26b320705b1f1667e0246c");
        assertEquals(Optional.of(BftDialect.IBFT2), BftDialect.of(header, hash));
        var block = BftBlock.of(BftDialect.IBFT2, header);
        assertEquals(hash, block.hash());
        assertEquals(4, block.validators().size());
        assertSealedBy(
                block,
                "06e23768a0f59cf365e18c2e0c89e151bcdedc70",
                "ab5e7f4061c605820d3744227eed91ff8e2c8908",
                "c5327f96ee02d7bcbc1bf1236b8c15148971e1de");
    }

    /// The header of Besu's own `BftBlockHashingTest`, whose committers have the private keys 1 to 4, with a
    /// vote and a round. That test has no hash as a number: it, and the seals (RFC 6979), were computed apart
    /// from both programs. Two committers more than validators are refused here, so two seals are left out,
    /// which changes no hash.
    @Test
    void theHeaderOfBesusOwnTestHasItsHashAndCommitters() throws ProofBroken {
        var seals = List.of(
                hex("2d98a30d2844aa05b4fcf3abcd333e195d4ad365726a7b9a5bc19744dcec0ad4"
                        + "2d129ad2890b86c32a969a9b511d8c1c846f7eb694455bb29b7365ab260a188100"),
                hex("6e65e1097c802f12fe12048871f228fc394fb005cbf5c55225adbff7e82c94d3"
                        + "52fc83967effa3a777a9d50e677108b732258c7ef6e1a3e8fc34919b90e0f34e00"),
                hex("b8462060df24936c7da7413fbf8ac706775d06ba052831075fd2059458ca91e9"
                        + "71f35a7a90ec5225328fe25d6dec51de3a2d71e81a581ceb98acdafd5bcd12f801"));
        var header = besusOwn(seals.subList(0, 2));
        assertEquals(
                "8d8736980278155e486cf0543c0a53cd3a3c961c3b976c6a4ac7dc5310dad88d",
                BftDialect.IBFT2.hashOf(header).hex());
        var extra = BftDialect.IBFT2.read(header.extraData());
        var digest = BftDialect.IBFT2.committed(header.hashWith(extra.sealed()));
        assertEquals("b1d26d018658f2556a2c3f0080596055cb0d05bcab91397f8ae8f01ea831559c", digest.hex());
        var committers = new ArrayList<String>();
        for (var seal : seals) committers.add(Secp256k1.signer(digest, seal).orElseThrow());
        assertEquals(
                List.of(
                        "7e5f4552091a69125d5dfcb7b8c2659029395bdf",
                        "2b5ad5c4795c026514f8317c7a215e218dccd6cf",
                        "6813eb9362372eef6200f3b1dbc3f819671cba69"),
                committers);
        assertRefused("more seals", BftDialect.IBFT2, besusOwn(seals));
    }

    private static BlockHeader besusOwn(List<byte[]> seals) throws ProofBroken {
        var vanity = new byte[32];
        for (int i = 0; i < vanity.length; i++) vanity[i] = (byte) i;
        var extra = list(
                string(vanity),
                list(string(small(1)), string(small(2))),
                list(string(small(3)), string(new byte[] {-1})),
                string(hex("00fedcba")),
                list(seals.stream().map(TestTrie::string).toArray(byte[][]::new)));
        return BlockHeader.parse(header(
                "a7762d3307dbf2ae6a1ae1b09cf61c7603722b2379731b6b90409cdb8c8288a0",
                "00".repeat(20),
                "ca07595b82f908822971b7e848398e3395e59ee52565c7ef3603df1a1fa7bc80",
                new long[] {1, 4_704_588, 1_530_674_616},
                extra));
    }

    private static byte[] small(int last) {
        var address = new byte[20];
        address[19] = (byte) last;
        return address;
    }

    /// Block 1 of the chain that GoQuorum made for Besu's test of a migration (`ibft.blocks` in its
    /// repository); its hash is what block 2 names as its parent.
    @Test
    void aBlockOfGoQuorumIsWhatItsValidatorsSealed() throws ProofBroken {
        var extra = hex("d983010a03846765746888676f312e32312e338664617277696e000000000000" + "f901bdf86994"
                + "065541903bf3bb8c088a18046b441f5d286288c9" + "94" + "a18182ee8ca476f2f0fb8170a1d4620edb39c5e1" + "94"
                + "d156777a1e1539fe654fc82266f41fd5d4aa5484" + "94" + "d1e106d68cac92668b100f6f43791ddcb2c75880" + "94"
                + "efbbd8900222d7b2f75d081c3e7446a1f4fe10ce" + "b841"
                + "8cbce341877cba05b31aee0b7960b032427578167802060f78653cf10a9742c4"
                + "4004c01ede676d15845b1fcd78ed37d5b992bd552cd4326a27db93fde987f45801" + "f9010cb841"
                + "8f95e527c34e08e91107719402c5a880aed5d5325baa9a9b25ae1864c263bea3"
                + "51ed0c5a035cba0ff67a6350bafef8f9320201a6f3b907fe9835c1ad2ad3829b00" + "b841"
                + "6fad2651bbc5c50e47b153ac9d943b2b1387478b54a769bb621b2f7173b66a1b"
                + "16713b770d5686b8b1ae087dcca0223dc1296d3df560f7ef7a2cb13370c79b6e01" + "b841"
                + "4dda2daa82ce665f3636c85a2cb990f329d6507f60a44f5d172a424b508aade8"
                + "516c66662c3473f653230f8345afc97697b38061127a4873b596e129fb25476600" + "b841"
                + "1635812d84fd48c47fc6aeba824fd101c0d70600105cce04abec2bd7c2ba6f94"
                + "0193ba35fcccb65a735747b0ad3ecaa0f8162a0f1308229ce48709f51e0bea9e01");
        var header = BlockHeader.parse(header(
                "ac6d4694b39ddb55667c3fedb0cbbaf364b59be57f718e5eaa3ad2d6e76ed9d2",
                "00".repeat(20),
                "c4cffd1433c23909e3978bcdba4e08e8b6ef575c099b672aeecd168033b06a26",
                new long[] {1, 0x29b92700, 0x67941013},
                extra));
        var hash = Hash.ofHex("4cc6b3bc7bef79494c38288b450622d5a74d6aa0ca884912d321565363e32de7");
        assertEquals(Optional.of(BftDialect.ISTANBUL), BftDialect.of(header, hash));
        var block = BftBlock.of(BftDialect.ISTANBUL, header);
        assertEquals(hash, block.hash());
        assertEquals(5, block.validators().size());
        assertSealedBy(
                block,
                "065541903bf3bb8c088a18046b441f5d286288c9",
                "d156777a1e1539fe654fc82266f41fd5d4aa5484",
                "d1e106d68cac92668b100f6f43791ddcb2c75880",
                "efbbd8900222d7b2f75d081c3e7446a1f4fe10ce");
    }

    private static void assertSealedBy(BftBlock block, String... sealers) {
        var found = new HashSet<String>();
        for (var validator : block.validators()) {
            if (block.sealersOf(List.of(validator)) == 1) found.add(validator);
        }
        assertEquals(Set.of(sealers), found);
    }

    @Test
    void eachDialectHasItsNumberAndItsName() {
        assertEquals(Optional.of(BftDialect.QBFT), BftDialect.of(1));
        assertEquals(Optional.of(BftDialect.IBFT2), BftDialect.of(3));
        assertEquals(Optional.of(BftDialect.ISTANBUL), BftDialect.of(4));
        for (int none : new int[] {EvmProof.NONE, EvmProof.CLIQUE, 5, -1}) {
            assertEquals(Optional.empty(), BftDialect.of(none));
        }
        assertEquals(
                List.of(Consensus.QBFT, Consensus.IBFT2, Consensus.ISTANBUL),
                Arrays.stream(BftDialect.values()).map(BftDialect::consensus).toList());
    }

    /// A header read as another dialect's is none, or another block's, which nobody has sealed.
    @Test
    void noHeaderIsOneOfTwoDialects() throws ProofBroken {
        for (var dialect : BftDialect.values()) {
            for (long number = 50; number < 52; number++) { // without a vote and with one
                var header = BlockHeader.parse(chain.bft(dialect, number, FOUR, FOUR));
                var hash = BftBlock.of(dialect, header).hash();
                assertEquals(Optional.of(dialect), BftDialect.of(header, hash));
                assertEquals(Optional.empty(), BftDialect.of(header, header.hash()));
                for (var other : BftDialect.values()) {
                    if (other != dialect) assertThrows(ProofBroken.class, () -> BftBlock.of(other, header));
                }
            }
        }
        // As a round of 2^24 has four bytes in either, this one is read as QBFT, too.
        var extra = list(
                string(new byte[32]),
                validators(),
                vote(),
                string(new byte[] {1, 2, 3, 4}),
                list(string(new byte[65])));
        for (var dialect : List.of(BftDialect.QBFT, BftDialect.IBFT2)) {
            assertEquals(4, dialect.validatorsNamedBy(extra).size());
            assertRefused(
                    "none of its validators", dialect, BlockHeader.parse(chain.header(TestChain.ROOT, 50, extra)));
        }
        assertFalse(BftDialect.QBFT
                .hashOf(BlockHeader.parse(chain.header(TestChain.ROOT, 50, extra)))
                .equals(BftDialect.IBFT2.hashOf(BlockHeader.parse(chain.header(TestChain.ROOT, 50, extra)))));
    }

    @Test
    void extraDataHasOneForm() {
        var ibft2 = BftDialect.IBFT2;
        var noVote = string(new byte[0]);
        var round = string(new byte[4]);
        var vanity = string(new byte[32]);
        assertReads(ibft2, list(vanity, validators(), noVote, round, NONE));
        assertReads(ibft2, list(vanity, validators(), vote(), round, NONE));
        assertRefused("four bytes", ibft2, list(vanity, validators(), noVote, number(0), NONE));
        assertRefused("four bytes", ibft2, list(vanity, validators(), noVote, string(new byte[3]), NONE));
        assertRefused("four bytes", ibft2, list(vanity, validators(), noVote, string(new byte[5]), NONE));
        assertRefused("RLP", ibft2, list(vanity, validators(), noVote, list(), NONE));
        assertRefused("RLP", ibft2, list(vanity, validators(), NONE, round, NONE)); // as QBFT has no vote
        assertRefused("RLP", ibft2, list(vanity, validators(), number(1), round, NONE));
        assertRefused("RLP", ibft2, list(vanity, validators(), list(string(small(1))), round, NONE));
        assertRefused("RLP", ibft2, list(vanity, validators(), noVote, round));
        assertRefused("RLP", ibft2, list(vanity, validators(), noVote, round, NONE, NONE));
        assertRefused("RLP", ibft2, list(vanity, validators(), noVote, round, list(string(new byte[64]))));
        assertRefused("vanity", ibft2, list(string(new byte[31]), validators(), noVote, round, NONE));
        assertRefused("RLP", BftDialect.QBFT, list(vanity, validators(), noVote, number(0), NONE));

        var istanbul = BftDialect.ISTANBUL;
        var seal = string(new byte[65]);
        assertReads(istanbul, behindVanity(list(validators(), seal, NONE)));
        assertReads(istanbul, behindVanity(list(validators(), string(new byte[0]), NONE))); // block 0
        assertRefused("RLP", istanbul, behindVanity(list(validators(), string(new byte[66]), NONE)));
        assertRefused("RLP", istanbul, behindVanity(list(validators(), NONE, NONE)));
        assertRefused("RLP", istanbul, behindVanity(list(validators(), seal)));
        assertRefused("RLP", istanbul, behindVanity(list(validators(), seal, NONE, NONE)));
        assertRefused("RLP", istanbul, behindVanity(list(validators(), seal, list(string(new byte[64])))));
        assertRefused("no validators", istanbul, behindVanity(list(NONE, seal, NONE)));
        var more = behindVanity(list(validators(), seal, NONE));
        assertRefused("RLP", istanbul, Arrays.copyOf(more, more.length + 1));
        assertRefused("RLP", istanbul, new byte[32]);
        assertRefused("vanity", istanbul, new byte[31]);
        assertRefused("vanity", istanbul, new byte[0]);
    }

    /// As nodes of the two older ones take either form of a seal, a validator that sends the other one does
    /// not keep the block from being proved; it still counts once.
    @Test
    void theOtherFormOfASealIsTheSameValidators() throws ProofBroken {
        for (var dialect : List.of(BftDialect.IBFT2, BftDialect.ISTANBUL)) {
            var header = chain.bftWith(
                    dialect,
                    50,
                    FOUR,
                    digest -> FOUR.stream()
                            .map(validator -> TestValidator.highS(validator.seal(digest)))
                            .toList());
            var block = BftBlock.of(dialect, BlockHeader.parse(header));
            assertEquals(4, block.sealersOf(TestChain.addresses(FOUR)));
            var low = chain.bft(dialect, 50, FOUR, FOUR);
            assertEquals(BftBlock.of(dialect, BlockHeader.parse(low)).hash(), block.hash());
            assertRefused("two seals", dialect, BlockHeader.parse(chain.bftWith(dialect, 50, FOUR, digest -> {
                var seal = FOUR.getFirst().seal(digest);
                return List.of(seal, FOUR.get(1).seal(digest), FOUR.get(2).seal(digest), TestValidator.highS(seal));
            })));
            for (var nonsense : List.of("00".repeat(32), "ff".repeat(32))) {
                var seal = hex("11".repeat(32) + nonsense + "00");
                assertRefused(
                        "none of its validators",
                        dialect,
                        BlockHeader.parse(chain.bftWith(dialect, 50, FOUR, _ -> List.of(seal))));
            }
        }
    }

    private static void assertReads(BftDialect dialect, byte[] extra) {
        try {
            assertEquals(Set.copyOf(TestChain.addresses(FOUR)), dialect.validatorsNamedBy(extra));
        } catch (ProofBroken e) {
            throw new AssertionError(e);
        }
    }

    private static void assertRefused(String words, BftDialect dialect, byte[] extra) {
        var refused = assertThrows(ProofBroken.class, () -> dialect.validatorsNamedBy(extra));
        assertTrue(String.valueOf(refused.getMessage()).contains(words), refused.getMessage());
    }

    private static void assertRefused(String words, BftDialect dialect, BlockHeader header) {
        var refused = assertThrows(ProofBroken.class, () -> BftBlock.of(dialect, header));
        assertTrue(String.valueOf(refused.getMessage()).contains(words), refused.getMessage());
    }

    private static byte[] validators() {
        return list(FOUR.stream().map(one -> string(one.addressBytes())).toArray(byte[][]::new));
    }

    private static byte[] vote() {
        return list(string(small(3)), string(new byte[] {0}));
    }

    private static byte[] behindVanity(byte[] list) {
        var extra = new byte[32 + list.length];
        System.arraycopy(list, 0, extra, 32, list.length);
        return extra;
    }

    /// Of a block without transactions.
    ///
    /// @param numbers of the block, the gas allowed, the second
    private static byte[] header(String parent, String maker, String state, long[] numbers, byte[] extra) {
        return list(
                string(hex(parent)),
                string(hex(NO_UNCLES)),
                string(hex(maker)),
                string(hex(state)),
                string(hex(EMPTY_TRIE)),
                string(hex(EMPTY_TRIE)),
                string(new byte[256]),
                number(1),
                number(numbers[0]),
                number(numbers[1]),
                number(0),
                number(numbers[2]),
                string(extra),
                string(hex(MIX)),
                string(new byte[8]));
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
