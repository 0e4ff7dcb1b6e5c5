package org.sealpost.evidence.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.evidence.anchor.evm.TestChain.CONTRACT;
import static org.sealpost.evidence.anchor.evm.TestChain.ORIGIN_ID;
import static org.sealpost.evidence.anchor.evm.TestChain.ROOT;
import static org.sealpost.evidence.anchor.evm.TestChain.SIZE;
import static org.sealpost.evidence.anchor.evm.TestChain.addresses;
import static org.sealpost.evidence.anchor.evm.TestChain.validators;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.evidence.EvmValidators.Consensus;
import org.sealpost.merkle.Hash;

class EvmProofTest {
    private static final List<TestValidator> FOUR = validators(1, 4);
    private static final List<TestValidator> FIVE = validators(1, 5);
    private static final Instant TIME = Instant.ofEpochSecond(1_795_737_050);
    private static final String LODGED = "lodged by the contract in block 50";
    private static final String ASK = "a node must tell whether this block is the chain's";
    private static final String TOO_FEW = "; fewer than two thirds of the validators of the trust store sealed it";
    private static final String WHO_TELLS = "; whoever runs the chain tells who its validators are at block 50";

    private final TestChain chain = new TestChain();
    private final Map<Hash, byte[]> shared = new HashMap<>();

    @Test
    void aBlockSealedByTheTrustStoresValidatorsIsProved() {
        var proof = chain.proof(EvmProof.QBFT, chain.qbft(50, FOUR, FOUR.subList(1, 4)), List.of(), List.of());
        assertEquals(
                new AnchorProofFinding.Proved(
                        List.of(LODGED, "by this code", "sealed by 3 of 4 validators of the trust store"),
                        Optional.of(TIME)),
                check(proof, qbft(FOUR)));
    }

    @Test
    void theOlderDialectsAreProvedLikewise() {
        for (var dialect : BftDialect.values()) {
            var trusted = List.of(new EvmValidators(4719, dialect.consensus(), addresses(FOUR)));
            var three = chain.bft(dialect, 50, FOUR, FOUR.subList(1, 4));
            assertEquals(
                    new AnchorProofFinding.Proved(
                            List.of(LODGED, "by this code", "sealed by 3 of 4 validators of the trust store"),
                            Optional.of(TIME)),
                    check(chain.proof(dialect.number(), three, List.of(), List.of()), trusted));
            assertIncomplete(
                    List.of(LODGED, "by this code"),
                    ASK + "; it is sealed by " + dialect.consensus() + ", the trust store's validators are of clique",
                    check(chain.proof(dialect.number(), three, List.of(), List.of()), clique(FOUR)));
            assertIncomplete(
                    List.of(LODGED, "by this code"),
                    ASK + TOO_FEW + WHO_TELLS,
                    check(
                            chain.proof(dialect.number(), three, List.of(), List.of()),
                            List.of(new EvmValidators(4719, dialect.consensus(), addresses(validators(3, 4))))));
            var stranger = new TestValidator(99);
            for (var refused : Map.of(
                            "sealed by 2 of its 4",
                            FOUR.subList(0, 2),
                            "two seals",
                            List.of(FOUR.get(0), FOUR.get(1), FOUR.get(0)),
                            "none of its",
                            List.of(FOUR.get(0), FOUR.get(1), stranger),
                            "more seals",
                            validators(1, 5))
                    .entrySet()) {
                var header = chain.bft(dialect, 50, FOUR, refused.getValue());
                assertBroken(refused.getKey(), chain.proof(dialect.number(), header, List.of(), List.of()));
            }
            // Whose set is larger needs more: of five, three are fewer than two thirds.
            var five = chain.bft(dialect, 50, FIVE, FIVE.subList(0, 3));
            assertBroken("sealed by 3 of its 5", chain.proof(dialect.number(), five, List.of(), List.of()));
        }
    }

    /// What one dialect's validators sealed is no block of another's.
    @Test
    void theNumberInAProofIsTheDialectOfItsHeader() {
        for (var dialect : BftDialect.values()) {
            var header = chain.bft(dialect, 50, FOUR, FOUR);
            for (var other : BftDialect.values()) {
                var finding = check(chain.proof(other.number(), header, List.of(), List.of()), List.of());
                if (other == dialect) assertInstanceOf(AnchorProofFinding.Incomplete.class, finding);
                else assertInstanceOf(AnchorProofFinding.Broken.class, finding);
            }
        }
    }

    /// So says a program of today of what a later one may make.
    @Test
    void aConsensusThatNobodyKnowsIsSaidToBeUnknown() {
        var proof = chain.proof(EvmProof.NONE, chain.qbft(50, FOUR, FOUR), List.of(), List.of())
                .encode();
        int at = 1 + 1 + "sealpost-evm-proof".length() + 1;
        assertEquals(EvmProof.NONE, proof[at]);
        proof[at] = 5;
        var broken = assertInstanceOf(AnchorProofFinding.Broken.class, check(proof, List.of()));
        assertEquals(
                "its block is sealed in a way that this program does not know (consensus 5): a newer one may",
                broken.reason());
        assertEquals(Optional.empty(), EvmProof.block(proof));
    }

    @Test
    void withoutValidatorsOrSealsANodeMustTell() {
        var header = chain.qbft(50, FOUR, FOUR);
        var steps = List.of(LODGED, "by this code");
        var sealed = chain.proof(EvmProof.QBFT, header, List.of(), List.of());
        var plain = chain.proof(EvmProof.NONE, header, List.of(), List.of());
        assertIncomplete(steps, ASK + "; the trust store names none of its validators", check(sealed, List.of()));
        assertIncomplete(steps, ASK + "; its seals are of no kind that is known", check(plain, qbft(FOUR)));
        assertIncomplete(
                steps,
                ASK + "; it is sealed by qbft, the trust store's validators are of clique",
                check(sealed, clique(FOUR)));
        assertIncomplete(steps, ASK + TOO_FEW + WHO_TELLS, check(sealed, qbft(validators(3, 4))));
    }

    /// Whoever has other code at the address leaves out what would show it.
    @Test
    void withoutTheAccountANodeMustTellTheCode() {
        var forged = new TestChain();
        forged.accounts.put(Keccak256.of(CONTRACT).toBytes(), TestChain.account(ROOT, 1));
        assertIncomplete(
                List.of(LODGED, "sealed by 4 of 4 validators of the trust store"),
                "by which code, a node must tell",
                check(withoutAccount(proofOf(forged)), qbft(FOUR)));
        assertIncomplete(
                List.of(LODGED),
                ASK + "; the trust store names none of its validators",
                check(withoutAccount(proofOf(forged)), List.of()));
    }

    private static EvmProof withoutAccount(EvmProof proof) {
        return new EvmProof(
                proof.consensus(),
                proof.header(),
                proof.index(),
                proof.receiptNodes(),
                proof.log(),
                List.of(),
                proof.bridges(),
                proof.onTop());
    }

    @Test
    void anotherLodgingIsNotThisOne() {
        for (var log : List.of(
                TestChain.lodged(CONTRACT, ORIGIN_ID, SIZE + 1, ROOT),
                TestChain.lodged(CONTRACT, ORIGIN_ID, SIZE, ORIGIN_ID),
                TestChain.lodged(CONTRACT, ROOT, SIZE, ROOT),
                TestChain.lodged(new byte[20], ORIGIN_ID, SIZE, ROOT),
                TestChain.log(CONTRACT, List.of(ROOT, ORIGIN_ID), new byte[64]),
                TestChain.log(CONTRACT, List.of(TestChain.EVENT), new byte[64]),
                TestChain.log(CONTRACT, List.of(TestChain.EVENT, ORIGIN_ID, ROOT), new byte[64]),
                TestChain.log(CONTRACT, List.of(TestChain.EVENT, ORIGIN_ID), new byte[63]),
                TestChain.log(CONTRACT, List.of(TestChain.EVENT, ORIGIN_ID), new byte[96]))) {
            assertBroken("not the contract's word", proofOf(new TestChain(1, log)));
        }
        var right = TestChain.lodged(CONTRACT, ORIGIN_ID, SIZE, ROOT);
        assertBroken("took no effect", proofOf(new TestChain(0, right)));
        var before = new TestChain();
        before.receipts.put(
                TestTrie.number(TestChain.INDEX),
                TestTrie.list(
                        TestTrie.string(new byte[32]),
                        TestTrie.number(1),
                        TestTrie.string(new byte[256]),
                        TestTrie.list(right, right)));
        assertBroken("took no effect", proofOf(before)); // from before Byzantium: a state root, and no status
    }

    @Test
    void theOtherLogsOfTheReceiptAreNotIt() {
        var proof = proofOf(chain);
        for (long log : new long[] {0, 2, 3, Integer.MAX_VALUE}) {
            assertBroken(log < 1 ? "not the contract's word" : "no log " + log, with(proof, proof.index(), log));
        }
        assertBroken("trie", with(proof, proof.index() + 1, 0));
        assertBroken("trie", with(proof, 0, 0));
    }

    @Test
    void otherCodeAtTheAddressIsBroken() {
        chain.accounts.put(Keccak256.of(CONTRACT).toBytes(), TestChain.account(ROOT, 1));
        assertBroken("other code", proofOf(chain));
        var proof = proofOf(new TestChain());
        var other = new ArrayList<>(proof.accountNodes());
        other.removeLast();
        assertBroken(
                "missing",
                new EvmProof(
                        EvmProof.QBFT,
                        proof.header(),
                        proof.index(),
                        proof.receiptNodes(),
                        proof.log(),
                        other,
                        List.of(),
                        List.of()));
    }

    @Test
    void fewerRepeatedOrStrangeSealsAreRefused() {
        var stranger = new TestValidator(99);
        assertBroken("sealed by 2 of its 4", qbftProof(chain.qbft(50, FOUR, FOUR.subList(0, 2))));
        assertBroken("sealed by 0 of its 4", qbftProof(chain.qbft(50, FOUR, List.of())));
        assertBroken("two seals", qbftProof(chain.qbft(50, FOUR, List.of(FOUR.get(0), FOUR.get(1), FOUR.get(0)))));
        assertBroken("none of its", qbftProof(chain.qbft(50, FOUR, List.of(FOUR.get(0), FOUR.get(1), stranger))));
        assertBroken("more seals", qbftProof(chain.qbft(50, FOUR, validators(1, 5))));
        assertBroken("names one twice", qbftProof(chain.qbft(50, List.of(FOUR.get(0), FOUR.get(0)), FOUR)));
        assertBroken("no validators", qbftProof(chain.qbft(50, List.of(), List.of())));
        assertBroken("more than 64", qbftProof(chain.qbft(50, validators(1, 65), List.of())));
        assertBroken(
                "none of its",
                qbftProof(chain.bftWith(
                        BftDialect.QBFT,
                        50,
                        FOUR,
                        digest -> FOUR.stream()
                                .map(validator -> TestValidator.highS(validator.seal(digest)))
                                .toList())));
        assertBroken(
                "none of its", qbftProof(chain.bftWith(BftDialect.QBFT, 50, FOUR, digest -> List.of(new byte[65]))));
    }

    @Test
    void bridgesLeadOverChangesOfTheSet() {
        // 1 2 3 4, then 5 joins, then 1 leaves, then 6 joins: of the first set no quorum is left at the end.
        var joined = chain.qbft(10, FIVE, validators(1, 4));
        var left = chain.qbft(20, validators(2, 4), validators(2, 4));
        var last = validators(2, 5);
        var header = chain.qbft(50, last, validators(3, 4));
        var proof = chain.proof(EvmProof.QBFT, header, share(joined, left), List.of());
        var found = assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, bridging(FOUR)));
        // The block at 20 is sealed by 2, 3 and 4, so the first set leads there itself.
        assertEquals(
                "sealed by 4 of 5 validators, to whom those of the trust store lead over 1 bridge, which counts by its"
                        + " word",
                found.steps().getLast());
        assertEquals(found, check(proof, bridging(FIVE)));
        var far = assertInstanceOf(
                AnchorProofFinding.Proved.class, check(proof, bridging(List.of(FOUR.getFirst(), FIVE.get(3)))));
        assertTrue(far.steps().getLast().contains("over 2 bridges, which count by its word"), far.toString());
        // Those who sealed it themselves need no bridge, whatever the line says of bridges.
        for (var trusted : List.of(qbft(last), bridging(last))) {
            var direct = assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, trusted));
            assertEquals(
                    "sealed by 4 of 5 validators of the trust store",
                    direct.steps().getLast());
        }
        // By a set that seals none of the three.
        assertIncomplete(
                List.of(LODGED, "by this code"), ASK + TOO_FEW + WHO_TELLS, check(proof, bridging(validators(7, 4))));
        // The block itself may be the one at which the set changed.
        assertInstanceOf(
                AnchorProofFinding.Proved.class,
                check(chain.proof(EvmProof.QBFT, header, share(left), List.of()), bridging(validators(2, 4))));
    }

    @Test
    void bridgesCountOnlyByTheWordOfTheTrustStore() {
        var joined = chain.qbft(10, FIVE, validators(1, 4));
        var left = chain.qbft(20, validators(2, 4), validators(2, 4));
        var last = validators(2, 5);
        var header = chain.qbft(50, last, validators(3, 4));
        var proof = chain.proof(EvmProof.QBFT, header, share(joined, left), List.of());
        var unsaid = "; they lead over bridges to those who did, and no line of theirs says that bridges count";
        for (var set : List.of(FOUR, FIVE)) {
            assertIncomplete(
                    List.of(LODGED, "by this code"), ASK + TOO_FEW + unsaid + WHO_TELLS, check(proof, qbft(set)));
        }
        // Each line speaks for the accounts that it names, and for no others.
        var elsewhere = new ArrayList<>(bridging(validators(20, 4)));
        elsewhere.addAll(qbft(FOUR));
        assertIncomplete(List.of(LODGED, "by this code"), ASK + TOO_FEW + unsaid + WHO_TELLS, check(proof, elsewhere));
        // Whoever names an older set by that word, and the set of the day, is told what needs less.
        var both = new ArrayList<>(bridging(FOUR));
        both.addAll(qbft(last));
        assertEquals(check(proof, qbft(last)), check(proof, both));
    }

    /// Nodes of GoQuorum do not look at a header's list, so whoever proposes a block may name itself and
    /// strangers there. The others seal it, the strangers add seals that no hash is over, and seal a block of
    /// their own behind it.
    @Test
    void strangersThatOneValidatorNamedProveNothingUnlessBridgesCount() {
        for (var dialect : List.of(BftDialect.QBFT, BftDialect.IBFT2)) {
            var list = new ArrayList<>(FOUR);
            list.addAll(validators(20, 60));
            var sealers = new ArrayList<>(FOUR.subList(0, 3));
            sealers.addAll(validators(20, 60));
            var lie = chain.bft(dialect, 10, list, sealers);
            var forged = chain.bft(dialect, 50, validators(20, 60), validators(20, 60));
            var proof = chain.proof(dialect.number(), forged, share(lie), List.of());
            var named = new EvmValidators(4719, dialect.consensus(), addresses(FOUR));
            var found = assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof, List.of(named)));
            assertTrue(found.missing().contains("no line of theirs says that bridges count"), found.missing());
            for (var stranger : addresses(validators(20, 60))) {
                assertFalse(found.toString().contains(stranger), "nobody copies them into a trust file");
            }
            assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof, List.of()));
            // Who lets bridges count takes each proposer's word for the next set, and is told that it does.
            var followed = new EvmValidators(4719, dialect.consensus(), true, addresses(FOUR));
            var led = assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, List.of(followed)));
            assertEquals(
                    "sealed by 60 of 60 validators, to whom those of the trust store lead over 1 bridge, which counts"
                            + " by its word",
                    led.steps().getLast());
            // The block with the lie in it is the chain's all the same.
            var real = check(
                    chain.proof(dialect.number(), chain.bft(dialect, 50, list, sealers), List.of(), List.of()),
                    List.of(named));
            assertInstanceOf(AnchorProofFinding.Proved.class, real);
        }
    }

    /// Of several sets on one chain, as it had them one after the other, each stands for itself.
    @Test
    void eachOfSeveralSetsIsEnoughAndNoTwoTogether() {
        var header = chain.qbft(50, FOUR, FOUR.subList(0, 3));
        var proof = chain.proof(EvmProof.QBFT, header, List.of(), List.of());
        var sets = new ArrayList<>(clique(FOUR));
        sets.addAll(qbft(validators(20, 4)));
        sets.addAll(qbft(List.of(FOUR.get(0), new TestValidator(30))));
        sets.addAll(qbft(List.of(FOUR.get(1), new TestValidator(31))));
        assertIncomplete(List.of(LODGED, "by this code"), ASK + TOO_FEW + WHO_TELLS, check(proof, sets));
        sets.addAll(qbft(FOUR));
        assertEquals(check(proof, qbft(FOUR)), check(proof, sets));
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, sets));
    }

    @Test
    void bridgesLeadOnIbft2() {
        var joined = chain.bft(BftDialect.IBFT2, 10, FIVE, validators(1, 4));
        var left = chain.bft(BftDialect.IBFT2, 20, validators(2, 4), validators(2, 4));
        var header = chain.bft(BftDialect.IBFT2, 50, validators(3, 4), validators(3, 4));
        var proof = chain.proof(EvmProof.IBFT2, header, share(joined, left), List.of());
        for (var set : List.of(FOUR, FIVE, validators(2, 4), validators(3, 4))) {
            assertInstanceOf(
                    AnchorProofFinding.Proved.class,
                    check(proof, List.of(new EvmValidators(4719, Consensus.IBFT2, true, addresses(set)))));
        }
        // A bridge of another dialect is none, whoever sealed it.
        var other = chain.qbft(10, FIVE, FIVE);
        assertInstanceOf(
                AnchorProofFinding.Broken.class,
                check(chain.proof(EvmProof.IBFT2, header, share(other, left), List.of()), List.of()));
    }

    /// Nodes of Istanbul do not look at a header's list, so whoever proposes a block may name itself and
    /// strangers there, and the others seal it. That block is the chain's, and says nothing of who seals the
    /// next one.
    @Test
    void onIstanbulNobodyIsLedToAListThatOneValidatorWrote() {
        var list = new ArrayList<>(FOUR);
        list.addAll(validators(20, 8));
        var taken = chain.bft(BftDialect.ISTANBUL, 10, list, list);
        var forged = chain.bft(BftDialect.ISTANBUL, 50, validators(20, 8), validators(20, 8));
        assertThrows(
                IllegalArgumentException.class, () -> chain.proof(EvmProof.ISTANBUL, forged, share(taken), List.of()));
        var proof = chain.proof(EvmProof.QBFT, forged, share(taken), List.of()).encode();
        int at = 1 + 1 + "sealpost-evm-proof".length() + 1;
        assertEquals(EvmProof.QBFT, proof[at]);
        proof[at] = EvmProof.ISTANBUL;
        var trusted = List.of(new EvmValidators(4719, Consensus.ISTANBUL, addresses(FOUR)));
        var broken = assertInstanceOf(AnchorProofFinding.Broken.class, check(proof, trusted));
        assertTrue(broken.reason().contains("none leads to another"), broken.reason());
        var alone = chain.proof(EvmProof.ISTANBUL, forged, List.of(), List.of());
        assertInstanceOf(AnchorProofFinding.Incomplete.class, check(alone, trusted));
        var real = chain.proof(EvmProof.ISTANBUL, taken, List.of(), List.of());
        assertInstanceOf(AnchorProofFinding.Proved.class, check(real, trusted));
    }

    @Test
    void bridgesThatDoNotLeadAreBroken() {
        var joined = chain.qbft(10, FIVE, validators(1, 4));
        var header = chain.qbft(50, FIVE, validators(2, 4));
        assertBroken("missing", chain.proof(EvmProof.QBFT, header, List.of(ROOT), List.of()));
        assertBroken("not below", chain.proof(EvmProof.QBFT, header, share(chain.qbft(50, FOUR, FOUR)), List.of()));
        assertBroken("not below", chain.proof(EvmProof.QBFT, header, share(chain.qbft(51, FOUR, FOUR)), List.of()));
        assertBroken(
                "not below", chain.proof(EvmProof.QBFT, header, share(chain.qbft(12, FOUR, FOUR), joined), List.of()));
        assertBroken(
                "no validator changed",
                chain.proof(EvmProof.QBFT, header, share(joined, chain.qbft(11, FIVE, FIVE)), List.of()));
        // By its own set, but not by the one before: whoever has none of the old keys would take the chain over.
        assertBroken(
                "before the change",
                chain.proof(
                        EvmProof.QBFT, header, share(chain.qbft(9, validators(20, 4), validators(20, 4))), List.of()));
        assertBroken(
                "sealed by 2 of its 4",
                chain.proof(EvmProof.QBFT, header, share(chain.qbft(9, FOUR, validators(1, 2))), List.of()));
        assertBroken("RLP", chain.proof(EvmProof.QBFT, header, share(new byte[40]), List.of()));
        assertThrows(
                IllegalArgumentException.class, () -> chain.proof(EvmProof.NONE, header, List.of(ROOT), List.of()));
        assertThrows(
                IllegalArgumentException.class, () -> chain.proof(EvmProof.CLIQUE, header, List.of(ROOT), List.of()));
        assertThrows(
                IllegalArgumentException.class, () -> chain.proof(EvmProof.QBFT, header, List.of(), List.of(header)));
    }

    /// Who sealed after a bridge cannot have sealed before its time; where a chain makes several blocks in a second,
    /// at its time.
    @Test
    void timesDoNotFallOverBridges() {
        var header = chain.qbft(50, FIVE, FIVE);
        var before = new TestChain();
        before.start = chain.start + 40; // block 9 a second before block 50
        var good = chain.proof(EvmProof.QBFT, header, share(before.qbft(9, FOUR, FOUR)), List.of());
        assertInstanceOf(AnchorProofFinding.Proved.class, check(good, qbft(FOUR)));
        before.start = chain.start + 41; // in the same second
        var same = chain.proof(EvmProof.QBFT, header, share(before.qbft(9, FOUR, FOUR)), List.of());
        assertInstanceOf(AnchorProofFinding.Proved.class, check(same, qbft(FOUR)));
        for (long late : new long[] {42, 1_000_000}) {
            before.start = chain.start + late;
            assertBroken(
                    "block 50 is earlier",
                    chain.proof(EvmProof.QBFT, header, share(before.qbft(9, FOUR, FOUR)), List.of()));
        }
        before.start = chain.start - 20;
        assertBroken(
                "block 20 is earlier",
                chain.proof(
                        EvmProof.QBFT,
                        header,
                        share(chain.qbft(9, FOUR, FOUR), before.qbft(20, FIVE, FIVE)),
                        List.of()));
    }

    @Test
    void aCliqueBlockIsSealedByMoreThanHalfAndMayStillBeTakenBack() {
        var row = clique(50, FIVE.get(0), FIVE.get(1), FIVE.get(2));
        var proof = chain.proof(EvmProof.CLIQUE, row.getFirst(), List.of(), row.subList(1, 3));
        var may = "such a chain may still take the block back; " + ASK;
        assertIncomplete(
                List.of(LODGED, "by this code", "sealed by 3 of 5 signers of the trust store"),
                may,
                check(proof, clique(FIVE)));
        assertIncomplete(
                List.of(LODGED, "by this code"),
                ASK + "; it and those on top are sealed by 3 of 6 signers of the trust store, not by more than half",
                check(proof, clique(validators(1, 6))));
        assertIncomplete(
                List.of(LODGED, "by this code"),
                ASK + "; the trust store names none of its validators",
                check(proof, List.of()));
    }

    @Test
    void headersOnTopAreEachTheNextAndByAnotherSigner() {
        var row = clique(50, FIVE.get(0), FIVE.get(1), FIVE.get(2));
        var elsewhere = clique(50, FIVE.get(3), FIVE.get(1), FIVE.get(2));
        assertBroken("not on top", cliqueProof(row.getFirst(), row.get(2)));
        assertBroken("not on top", cliqueProof(row.getFirst(), row.get(1), row.get(1)));
        assertBroken("not on top", cliqueProof(row.getFirst(), row.getFirst()));
        assertBroken("not on top", cliqueProof(row.getFirst(), elsewhere.get(1)));
        assertBroken(
                "sealed one below",
                cliqueProof(clique(50, FIVE.get(0), FIVE.get(0)).toArray(byte[][]::new)));
        assertBroken("not that of a Clique chain", cliqueProof(chain.header(ROOT, 50, new byte[96])));
        assertBroken("not that of a Clique chain", cliqueProof(chain.header(ROOT, 50, new byte[98])));
        assertBroken("sealed by nobody", cliqueProof(chain.header(ROOT, 50, new byte[97])));
    }

    /// As anvil and public chains have them; what comes after the last fork that is known is refused.
    @Test
    void headersOfLaterForksAreRead() {
        var fields = new ArrayList<>(List.of(chain.fields(ROOT, 50, new byte[0])));
        var added = List.of(
                TestTrie.number(7),
                TestTrie.string(new byte[32]),
                TestTrie.number(0),
                TestTrie.number(131_072),
                TestTrie.string(new byte[32]),
                TestTrie.string(new byte[32]),
                TestTrie.number(1));
        for (var field : added) {
            var header = TestTrie.list(fields.toArray(byte[][]::new));
            var finding = check(chain.proof(EvmProof.NONE, header, List.of(), List.of()), List.of());
            if (List.of(15, 16, 17, 20, 21).contains(fields.size())) {
                assertInstanceOf(AnchorProofFinding.Incomplete.class, finding);
            } else {
                assertInstanceOf(AnchorProofFinding.Broken.class, finding);
            }
            fields.add(field);
        }
        var newer = TestTrie.list(fields.toArray(byte[][]::new));
        assertBroken("21 items", chain.proof(EvmProof.NONE, newer, List.of(), List.of()));
    }

    @Test
    void eachFieldOfAHeaderHasItsForm() {
        for (int field = 0; field < 15; field++) {
            var fields = chain.fields(ROOT, 50, new byte[0]);
            fields[field] = TestTrie.list();
            assertBroken(
                    "list where a string", chain.proof(EvmProof.NONE, TestTrie.list(fields), List.of(), List.of()));
            if (field == 12) continue;
            fields[field] = TestTrie.string(new byte[33]);
            assertInstanceOf(
                    AnchorProofFinding.Broken.class,
                    check(chain.proof(EvmProof.NONE, TestTrie.list(fields), List.of(), List.of()), List.of()));
        }
        var fields = chain.fields(ROOT, 50, new byte[0]);
        fields[11] = TestTrie.number(Long.MAX_VALUE); // as a time it would be beyond what an Instant holds
        assertBroken("second", chain.proof(EvmProof.NONE, TestTrie.list(fields), List.of(), List.of()));
    }

    private List<byte[]> clique(long number, TestValidator... signers) {
        var row = new ArrayList<byte[]>();
        for (var signer : signers) {
            var parent = row.isEmpty() ? ROOT : Keccak256.of(row.getLast());
            row.add(chain.clique(parent, number + row.size(), signer));
        }
        return row;
    }

    private EvmProof cliqueProof(byte[]... row) {
        return chain.proof(EvmProof.CLIQUE, row[0], List.of(), List.of(row).subList(1, row.length));
    }

    private EvmProof qbftProof(byte[] header) {
        return chain.proof(EvmProof.QBFT, header, List.of(), List.of());
    }

    private static EvmProof proofOf(TestChain chain) {
        return chain.proof(EvmProof.QBFT, chain.qbft(50, FOUR, FOUR), List.of(), List.of());
    }

    private static EvmProof with(EvmProof proof, long index, long log) {
        return new EvmProof(
                EvmProof.QBFT,
                proof.header(),
                index,
                proof.receiptNodes(),
                log,
                proof.accountNodes(),
                List.of(),
                List.of());
    }

    private List<Hash> share(byte[]... headers) {
        var names = new ArrayList<Hash>();
        for (var header : headers) {
            names.add(Keccak256.of(header)); // any name will do here: who keeps the parts sees to it
            shared.put(names.getLast(), header);
        }
        return names;
    }

    private AnchorProofFinding check(EvmProof proof, List<EvmValidators> trusted) {
        return check(proof.encode(), trusted);
    }

    private AnchorProofFinding check(byte[] proof, List<EvmValidators> trusted) {
        return EvmProof.check(
                proof, name -> Optional.ofNullable(shared.get(name)), TestChain.CHAIN, ORIGIN_ID, SIZE, ROOT, trusted);
    }

    private static List<EvmValidators> qbft(List<TestValidator> set) {
        return List.of(new EvmValidators(4719, Consensus.QBFT, addresses(set)));
    }

    private static List<EvmValidators> bridging(List<TestValidator> set) {
        return List.of(new EvmValidators(4719, Consensus.QBFT, true, addresses(set)));
    }

    private static List<EvmValidators> clique(List<TestValidator> set) {
        return List.of(new EvmValidators(4719, Consensus.CLIQUE, addresses(set)));
    }

    private static void assertIncomplete(List<String> steps, String missing, AnchorProofFinding finding) {
        assertEquals(new AnchorProofFinding.Incomplete(steps, missing), finding);
    }

    /// Broken whoever is trusted.
    private void assertBroken(String reason, EvmProof proof) {
        for (var trusted : List.of(qbft(FOUR), clique(FIVE), List.<EvmValidators>of())) {
            var broken = assertInstanceOf(AnchorProofFinding.Broken.class, check(proof, trusted));
            assertTrue(broken.reason().contains(reason), broken.reason());
        }
    }
}
