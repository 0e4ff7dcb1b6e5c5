package org.sealpost.anchor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.LodgingCase;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.Publication.Kind;
import org.sealpost.lodging.PublicationRules.Refusal;
import org.sealpost.lodging.PublishingCase;
import org.sealpost.lodging.PublishingCase.Offered;
import org.sealpost.lodging.PublishingCase.Step;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// Makes the cases of `publishing.json`: the rule C11 of docs/relay.md §6 with what breaks it.
final class PublishingCases {
    private static final long LARGEST = Long.MAX_VALUE;
    private static final long ABOVE = Long.MIN_VALUE; // 2^63, as an unsigned number
    private static final byte[] PAYLOAD = "a payload".getBytes(StandardCharsets.US_ASCII);

    private final List<PublishingCase> cases = new ArrayList<>();
    private int logs;

    static List<PublishingCase> all() {
        var made = new PublishingCases();
        made.numbers();
        made.usedNumbers();
        made.givenUp();
        made.commitments();
        made.signatures();
        made.rotation();
        made.shapes();
        return List.copyOf(made.cases);
    }

    /// A ledger that what one log has is brought to.
    private final class Script {
        final String name;
        final SignedLog log;
        final List<Step> steps = new ArrayList<>();
        long newest;

        Script(String name) {
            this.name = name;
            this.log = new SignedLog("publishing/" + ++logs, 40_000 + 100L * logs).growTo(4);
        }

        Script lodge(long size) {
            var head = log.head(size);
            List<Hash> proof = newest == 0 ? List.of() : log.consistency(newest, size);
            var hops = head.keyProof().map(keys -> keys.beyond(0)).orElse(KeyProof.Hops.NONE);
            steps.add(new Step.Lodge(LodgingCase.Brought.of(head, proof, hops).answered("lodged")));
            newest = size;
            return this;
        }

        Offered of(Kind kind, long number, long first, int count, byte[] content) {
            var publication = new Publication(
                    new Origin(log.head(2).origin().name()), log.key().spki(), number, kind, first, count, content);
            return signed(publication, log.lastKey());
        }

        Offered signed(Publication publication, SoftwareKey by) {
            return Offered.of(publication.signed(by.sign(publication.digest().toBytes())));
        }

        Offered payload(long number) {
            return of(Kind.PAYLOADS, number, 1, 2, PAYLOAD);
        }

        Offered giveUp(long number) {
            return of(Kind.GIVEN_UP, number, 0, 0, new byte[0]);
        }

        Script bring(String answer, Offered what) {
            steps.add(new Step.Publish(what.answered(answer)));
            return this;
        }

        Script publish(Offered what) {
            return bring("published", what);
        }

        Script refuse(Refusal why, Offered what) {
            return bring(why.word(), what);
        }

        void end() {
            var ledger = new ModelLedger();
            for (var step : steps) {
                switch (step) {
                    case Step.Lodge(var head) -> ledger.answer(head);
                    case Step.Publish(var publication) -> ledger.answer(publication);
                }
            }
            var id = log.originId();
            cases.add(new PublishingCase(
                    name,
                    List.copyOf(steps),
                    ledger.lastPublication(id),
                    ledger.publications(id),
                    ledger.commitments(id)));
        }
    }

    private void numbers() {
        var script = new Script("numbers in any order, kinds and runs of any length");
        script.lodge(2);
        script.publish(script.payload(7)).publish(script.payload(1)).publish(script.payload(LARGEST));
        script.publish(script.of(Kind.ENCRYPTED_PAYLOADS, 2, 0, 1, PAYLOAD));
        script.publish(script.of(Kind.PAYLOADS, 3, LARGEST, 256, new byte[1]));
        script.publish(script.of(Kind.COMMITMENTS, 4, 10, 1, commitments(1)));
        script.lodge(4);
        script.publish(script.payload(5)).end();
    }

    private void usedNumbers() {
        var script = new Script("a number that is used, by the same and by another publication");
        script.lodge(2).publish(script.payload(3));
        script.bring("repeated", script.payload(3));
        script.bring("repeated", script.payload(3).signed(new byte[64]));
        var other = script.of(Kind.PAYLOADS, 3, 1, 2, new byte[] {1});
        script.refuse(Refusal.CONFLICT, other).refuse(Refusal.CONFLICT, other.signed(new byte[64]));
        script.refuse(Refusal.CONFLICT, script.of(Kind.ENCRYPTED_PAYLOADS, 3, 1, 2, PAYLOAD));
        script.refuse(Refusal.CONFLICT, script.of(Kind.PAYLOADS, 3, 2, 2, PAYLOAD));
        script.refuse(Refusal.CONFLICT, script.of(Kind.PAYLOADS, 3, 1, 3, PAYLOAD));
        script.publish(script.payload(4)).end();
    }

    private void givenUp() {
        var script = new Script("a number that is given up, before and after it is used");
        script.lodge(2).publish(script.giveUp(1)).bring("repeated", script.giveUp(1));
        script.refuse(Refusal.CONFLICT, script.payload(1));
        script.publish(script.payload(2)).refuse(Refusal.CONFLICT, script.giveUp(2));
        script.end();
    }

    private void commitments() {
        var script = new Script("a commitment keeps its first place, and is each origin's own");
        var stranger = new SignedLog("publishing/stranger", 77).growTo(3);
        var theirs = new Publication(
                new Origin("publishing/stranger"), stranger.key().spki(), 9, Kind.COMMITMENTS, 0, 3, commitments(3));
        script.lodge(2);
        script.steps.add(new Step.Lodge(LodgingCase.Brought.of(stranger.head(3), List.of(), KeyProof.Hops.NONE)
                .answered("lodged")));
        var first = script.of(Kind.COMMITMENTS, 5, 20, 3, commitments(3));
        script.refuse(Refusal.BAD_SIGNATURE, first.signed(new byte[64]));
        script.publish(script.signed(theirs, stranger.key()));
        script.publish(first);
        byte[] again = join(commitments(4), commitments(1));
        script.publish(script.of(Kind.COMMITMENTS, 2, 20, 5, again)).end();
    }

    private void signatures() {
        var script = new Script("signatures that are not by the key in force over this publication");
        var good = script.payload(1);
        script.refuse(Refusal.UNKNOWN_ORIGIN, good).lodge(2);
        var r = Arrays.copyOf(good.signature(), 32);
        var s = Arrays.copyOfRange(good.signature(), 32, 64);
        byte[] order = HexFormat.of().parseHex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
        for (byte[] forged : List.of(
                script.log.key().highS(good.signature()),
                join(new byte[32], s),
                join(r, new byte[32]),
                join(order, s),
                join(r, order),
                join(s, r),
                new byte[64],
                script.log.head(2).signature())) {
            script.refuse(Refusal.BAD_SIGNATURE, good.signed(forged));
        }
        List<UnaryOperator<Offered>> others = List.of(
                offer -> offer.numbered(2),
                offer -> offer.ofKind(3),
                offer -> offer.ofRun(2, 2),
                offer -> offer.ofRun(1, 3),
                offer -> offer.with(new byte[] {7}));
        for (var other : others) script.refuse(Refusal.BAD_SIGNATURE, other.apply(good));
        script.refuse(Refusal.UNKNOWN_ORIGIN, good.ofOrigin("publishing/other"));
        var stranger = SoftwareKey.p256ForTests(99);
        script.refuse(Refusal.UNKNOWN_ORIGIN, good.by(ForgedHandOver.point(stranger.spki())));
        script.publish(good).end();
    }

    private void rotation() {
        var script = new Script("the key in force is the one of the newest head that is held");
        script.lodge(4);
        var before = script.payload(1);
        var late = script.payload(2);
        script.publish(before);
        script.log.handOver(49_000).growTo(8);
        script.refuse(Refusal.BAD_SIGNATURE, script.payload(3));
        script.lodge(8);
        script.refuse(Refusal.BAD_SIGNATURE, late).bring("repeated", before);
        script.publish(script.payload(2)).publish(script.payload(3)).end();
    }

    private void shapes() {
        var script = new Script("what no ledger takes, whoever signed it");
        script.lodge(2);
        var good = script.payload(1);
        for (String name : List.of("ab", "a".repeat(129), "Publishing/7", "a b/c", "a\n/bc", "ä/bcd")) {
            script.refuse(Refusal.BAD_ORIGIN, good.ofOrigin(name));
        }
        for (long number : new long[] {0, ABOVE, -1}) script.refuse(Refusal.BAD_NUMBER, good.numbered(number));
        for (int kind : new int[] {4, 255}) script.refuse(Refusal.BAD_KIND, good.ofKind(kind));
        script.refuse(Refusal.BAD_RANGE, good.ofRun(1, 0)).refuse(Refusal.BAD_RANGE, good.ofRun(1, 257));
        script.refuse(Refusal.BAD_RANGE, good.ofRun(1, -1)).refuse(Refusal.BAD_RANGE, good.ofRun(ABOVE, 1));
        script.refuse(Refusal.BAD_CONTENT, good.with(new byte[0]));
        var given = script.giveUp(1);
        script.refuse(Refusal.BAD_RANGE, given.ofRun(1, 0)).refuse(Refusal.BAD_RANGE, given.ofRun(0, 1));
        script.refuse(Refusal.BAD_CONTENT, given.with(new byte[1]));
        var two = script.of(Kind.COMMITMENTS, 1, 1, 2, commitments(2));
        script.refuse(Refusal.BAD_CONTENT, two.with(commitments(3))).refuse(Refusal.BAD_CONTENT, two.ofRun(1, 3));
        script.refuse(Refusal.BAD_CONTENT, two.with(new byte[63])).refuse(Refusal.BAD_CONTENT, two.with(new byte[0]));
        script.publish(good).end();
    }

    private static byte[] commitments(int count) {
        byte[] all = new byte[0];
        for (int i = 0; i < count; i++) {
            all = join(all, SignedLog.sha256(("commitment " + i).getBytes(StandardCharsets.US_ASCII)));
        }
        return all;
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
