package org.sealpost.anchor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.LodgingCase;
import org.sealpost.lodging.LodgingCase.Brought;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborWriter;

/// Makes the cases of `lodging.json`: each rule of docs/relay.md §6 with what breaks it.
final class LodgingCases {
    private static final HexFormat HEX = HexFormat.of();
    private static final String ORDER = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    private static final String LODGED = "lodged";

    private final List<LodgingCase> cases = new ArrayList<>();
    private int logs;

    static List<LodgingCase> all() {
        var made = new LodgingCases();
        made.histories();
        made.proofs();
        made.signatures();
        made.names();
        made.handOvers();
        made.handOversThatDoNotFollow();
        made.leavesThatAreNone();
        made.breaks();
        return List.copyOf(made.cases);
    }

    /// A ledger that heads of one log are brought to.
    private final class Script {
        final String name;
        final SignedLog log;
        final List<Brought> brought = new ArrayList<>();
        final List<Long> hops = new ArrayList<>();
        final Map<Long, String> keys = new TreeMap<>();
        long newest;

        Script(String name, SignedLog log) {
            this.name = name;
            this.log = log;
        }

        /// The log's own head, as an honest relay brings it.
        Brought head(long size) {
            return head(log, size);
        }

        Brought head(SignedLog from, long size) {
            var head = from.head(size);
            List<Hash> proof = newest == 0 || newest > size ? List.of() : from.consistency(newest, size);
            return Brought.of(
                    head,
                    proof,
                    head.keyProof().map(keys -> keys.beyond(hops.size())).orElse(KeyProof.Hops.NONE));
        }

        Script bring(String answer, Brought what) {
            brought.add(what.answered(answer));
            return this;
        }

        Script lodge(long size) {
            return lodge(head(size), followedBelow(size));
        }

        Script lodge(Brought what, List<Long> followed) {
            bring(LODGED, what);
            newest = what.size();
            hops.addAll(followed);
            return this;
        }

        private List<Long> followedBelow(long size) {
            return log.handOverIndexes().stream()
                    .filter(index -> index < size)
                    .skip(hops.size())
                    .toList();
        }

        Script inForce(long size, SoftwareKey key) {
            keys.put(size, HEX.formatHex(ForgedHandOver.point(key.spki())));
            return this;
        }

        void end() {
            cases.add(new LodgingCase(name, List.copyOf(brought), newest, List.copyOf(hops), new TreeMap<>(keys)));
        }
    }

    private SignedLog log() {
        return new SignedLog("vector/" + ++logs, 20_000 + 100L * logs);
    }

    private Script script(String name) {
        return new Script(name, log());
    }

    private long secret(int which) {
        return 20_000 + 100L * logs + which;
    }

    // --- C5, C6

    private void histories() {
        var growing = script("heads of one history, whatever their sizes");
        growing.log.growTo(70);
        for (long size : new long[] {2, 3, 4, 7, 8, 9, 63, 64, 65, 70}) growing.lodge(size);
        growing.inForce(1, growing.log.key()).inForce(1000, growing.log.key()).end();

        var again = script("the same head again, a smaller one, and both with any signature");
        again.log.growTo(9);
        again.lodge(5).lodge(9);
        again.bring("repeated", again.head(9)).bring("repeated", again.head(5));
        again.bring("covered", again.head(7)).bring("covered", again.head(2));
        again.bring("repeated", again.head(5).signed(new byte[64]));
        again.bring("covered", again.head(7).signed(new byte[64])).end();

        var second = script("another root for a size that is held");
        second.log.growTo(9);
        var fork = second.log.forkedAt(3);
        second.lodge(6).lodge(9);
        second.bring("conflict", second.head(fork, 9)).bring("conflict", second.head(fork, 6));
        var stranger = SoftwareKey.p256ForTests(7);
        var digest = SignedLog.digest(second.head(9).origin(), 9, fork.root(9));
        second.bring("bad signature", second.head(fork, 9).signed(stranger.sign(digest)));
        second.bring(
                "bad signature",
                second.head(fork, 9).signed(second.log.key().highS(fork.head(9).signature())));
        second.bring("bad signature", second.head(9).ofRoot(second.log.root(4))).end();

        var other = script("a larger head of another history");
        other.log.growTo(12);
        var elsewhere = other.log.forkedAt(5);
        other.lodge(6);
        other.bring("not consistent", other.head(elsewhere, 12));
        other.bring("not consistent", other.head(elsewhere, 12).proved(other.log.consistency(6, 12)));
        other.lodge(12).end();
    }

    private void proofs() {
        var wrong = script("proofs that are not the right one");
        wrong.log.growTo(13);
        wrong.bring("not consistent", wrong.head(6).proved(wrong.log.consistency(3, 6)));
        wrong.lodge(6);
        List<Hash> right = wrong.log.consistency(6, 13);
        var all = new ArrayList<List<Hash>>();
        all.add(List.of());
        all.add(right.subList(1, right.size()));
        all.add(right.subList(0, right.size() - 1));
        all.add(right.reversed());
        all.add(wrong.log.consistency(5, 13));
        all.add(wrong.log.consistency(6, 12));
        all.add(and(right, wrong.log.root(3)));
        for (int i = 0; i < right.size(); i++) all.add(altered(right, i));
        for (var proof : all) wrong.bring("not consistent", wrong.head(13).proved(proof));
        wrong.lodge(13).end();
    }

    // --- C1, C3, C4

    private void signatures() {
        var script = script("signatures that are not the key's over this head");
        var log = script.log.growTo(8);
        var head = script.head(7);
        var stranger = SoftwareKey.p256ForTests(99);
        byte[] good = head.signature();
        var r = Arrays.copyOf(good, 32);
        var s = Arrays.copyOfRange(good, 32, 64);
        byte[] order = HEX.parseHex(ORDER);
        for (byte[] forged : List.of(
                stranger.sign(SignedLog.digest(head.origin(), 7, head.root())),
                log.key().highS(good),
                join(new byte[32], s),
                join(r, new byte[32]),
                join(order, s),
                join(r, order),
                join(s, r),
                new byte[64])) {
            script.bring("bad signature", head.signed(forged));
        }
        script.bring("bad signature", head.ofSize(8)).bring("bad signature", head.ofRoot(log.root(6)));
        script.bring("bad signature", head.ofOrigin("vector/other"));
        script.bring("bad signature", head.by(ForgedHandOver.point(stranger.spki())));
        byte[] off = head.key().clone();
        off[63] ^= 1;
        script.bring("bad signature", head.by(off)).bring("bad signature", head.by(new byte[64]));
        script.lodge(7).end();
    }

    // --- C2

    private void names() {
        var script = script("names that are no origins, sizes that are none");
        script.log.growTo(4);
        var head = script.head(4);
        for (String name : List.of("", "ab", "a\nb/c", "Demo/log", "demo log", "demo_log", "é/log", "a".repeat(129))) {
            script.bring("bad origin", head.ofOrigin(name));
        }
        for (long size : new long[] {0, 1, Long.MIN_VALUE, -1}) script.bring("bad size", head.ofSize(size));
        script.end();

        var longest = new Script("the longest name and the largest size", new SignedLog("a".repeat(128), 6));
        longest.log.growTo(3);
        var largest = Brought.of(longest.log.head(Long.MAX_VALUE, longest.log.root(2)), List.of(), KeyProof.Hops.NONE);
        longest.lodge(3)
                .bring("not consistent", largest.proved(longest.log.consistency(2, 3)))
                .end();
        var alone = script("the largest size as an origin's first");
        alone.log.growTo(2);
        alone.lodge(
                        Brought.of(alone.log.head(Long.MAX_VALUE, alone.log.root(2)), List.of(), KeyProof.Hops.NONE),
                        List.of())
                .end();
    }

    // --- C7, C9

    private void handOvers() {
        var one = script("one hand-over, then heads by the new key alone");
        var log = one.log.growTo(5);
        one.lodge(5);
        log.handOver(secret(1)).growTo(9);
        one.bring("bad signature", one.head(8).with(KeyProof.Hops.NONE));
        byte[] byOld = log.key().sign(SignedLog.digest(one.head(8).origin(), 8, log.root(8)));
        one.bring("bad signature", one.head(8).signed(byOld));
        one.lodge(8);
        byOld = log.key().sign(SignedLog.digest(one.head(9).origin(), 9, log.root(9)));
        one.bring("bad signature", one.head(9).signed(byOld));
        one.lodge(9);
        one.inForce(2, log.key())
                .inForce(5, log.key())
                .inForce(6, log.lastKey())
                .inForce(99, log.lastKey());
        one.end();

        var three = script("three hand-overs with an origin's first head");
        three.log.growTo(3).handOver(secret(1)).handOver(secret(2)).growTo(7).handOver(secret(3));
        three.lodge(8);
        three.inForce(3, three.log.key()).inForce(8, three.log.lastKey()).end();

        var hopAlone = script("the smallest head behind a hand-over at index 1");
        hopAlone.log.growTo(1).handOver(secret(1));
        hopAlone.lodge(2).end();

        var later = script("hand-overs in two calls, and once more with each");
        later.log.growTo(4).handOver(secret(1)).growTo(6);
        later.lodge(6);
        later.log.handOver(secret(2)).handOver(secret(3)).growTo(10);
        var all = later.log.head(10).keyProof().orElseThrow();
        later.bring("bad hand-over", later.head(10).with(all.beyond(0)));
        later.bring("bad hand-over", later.head(10).with(all.beyond(2)));
        later.lodge(10);
        later.bring("repeated", later.head(10).with(all.beyond(0)));
        later.log.growTo(11);
        later.bring("bad hand-over", later.head(11).with(all.beyond(2))).end();

        var many = script("sixteen hand-overs at once, and no more");
        many.log.growTo(2);
        for (int i = 1; i <= 17; i++) many.log.handOver(secret(i));
        many.bring("too many hand-overs", many.head(19)).lodge(18).lodge(19).end();

        var older = script("a second history for a size whose key was handed over since");
        older.log.growTo(5);
        older.lodge(5);
        older.log.handOver(secret(1)).growTo(9);
        older.lodge(9);
        var fork = older.log.forkedAt(2).head(5);
        var forked = Brought.of(fork, List.of(), KeyProof.Hops.NONE);
        byte[] digest = SignedLog.digest(forked.origin(), 5, fork.root());
        older.bring("conflict", forked);
        older.bring("bad signature", forked.signed(older.log.lastKey().sign(digest)));
        var late = older.head(older.log.forkedAt(7), 9);
        older.bring("conflict", late.with(KeyProof.Hops.NONE));
        digest = SignedLog.digest(late.origin(), 9, late.root());
        older.bring("bad signature", late.signed(older.log.key().sign(digest))).end();

        var lockedOut = script("a head that the old key signed beyond its hand-over, before the ledger knew of it");
        lockedOut.log.growTo(3).handOver(secret(1)).growTo(9);
        byOld = lockedOut.log.key().sign(SignedLog.digest(lockedOut.head(6).origin(), 6, lockedOut.log.root(6)));
        lockedOut.lodge(lockedOut.head(6).with(KeyProof.Hops.NONE).signed(byOld), List.of());
        lockedOut.lodge(9);
        lockedOut.inForce(6, lockedOut.log.lastKey()).end();
    }

    private void handOversThatDoNotFollow() {
        var paths = script("hand-overs that are not proved to be in the log");
        paths.log.growTo(4).handOver(secret(1)).growTo(11);
        var good = paths.head(11);
        var step = good.hops().steps().getFirst();
        List<Hash> genesisPath = good.hops().genesisPath();
        for (var path : List.of(
                List.<Hash>of(),
                step.path().subList(1, step.path().size()),
                and(step.path(), step.path().getFirst()),
                altered(step.path(), 0),
                paths.log.inclusion(5, 11),
                paths.log.inclusion(4, 10))) {
            var hops = new KeyProof.Hops(
                    good.hops().genesisHash(), genesisPath, List.of(new KeyProof.Step(step.leaf(), path)));
            paths.bring("bad hand-over", good.with(hops));
        }
        for (var path : List.of(List.<Hash>of(), altered(genesisPath, 1), paths.log.inclusion(1, 11))) {
            paths.bring("bad hand-over", good.with(new KeyProof.Hops(good.hops().genesisHash(), path, List.of(step))));
        }
        var innerNode = paths.log.root(2);
        for (var path : List.of(genesisPath, genesisPath.subList(1, genesisPath.size()))) {
            paths.bring("bad hand-over", good.with(new KeyProof.Hops(innerNode, path, List.of(step))));
        }
        paths.lodge(11).end();

        forged(
                "a number that is not the next",
                "bad hand-over",
                forge -> forge.with(1, "02").leaf());
        forged(
                "a number of nought",
                "bad hand-over",
                forge -> forge.with(1, "00").leaf());
        forged(
                "a number above 256",
                "bad hand-over",
                forge -> forge.with(1, "190101").leaf());
        forged(
                "an index before its place",
                "bad hand-over",
                forge -> forge.with(2, "03").leaf());
        forged(
                "an index behind its place",
                "bad hand-over",
                forge -> forge.with(2, "05").leaf());
        forged(
                "an index beyond the head",
                "bad hand-over",
                forge -> forge.with(2, "1864").leaf());
        forged(
                "an index of nought",
                "bad hand-over",
                forge -> forge.with(2, "00").leaf());
        forged(
                "the largest index",
                "bad hand-over",
                forge -> forge.with(2, "1b7ffffffffffffffe").leaf());
        forged(
                "another genesis",
                "bad hand-over",
                forge -> forge.with(3, "5820" + "11".repeat(32)).leaf());
        forged(
                "from a key that is not in force",
                "bad hand-over",
                forge -> forge.with(4, "5820" + "22".repeat(32)).leaf());
        forged("an old signature by somebody else", "bad hand-over", forge -> forge.leaf(forge.byNew(), forge.byNew()));
        forged("a new signature by somebody else", "bad hand-over", forge -> forge.leaf(forge.byOld(), forge.byOld()));
        forged("signatures of nought", "bad hand-over", forge -> forge.leaf(new byte[64], new byte[64]));
        forged(
                "an old signature with a high s",
                "bad hand-over",
                forge -> forge.leaf(forge.next().highS(forge.byOld()), forge.byNew()));
        forged(
                "a new signature with a high s",
                "bad hand-over",
                forge -> forge.leaf(forge.byOld(), forge.next().highS(forge.byNew())));

        var back = script("back to a key that sealed before");
        back.log.growTo(3).handOver(secret(1)).growTo(5);
        back.lodge(5);
        var forge = new ForgedHandOver(back.log, 2, secret(0));
        back.log.handOver(forge.leaf(), forge.next()).growTo(8);
        back.bring("bad hand-over", back.head(8)).end();

        var order = script("a second hand-over that stands in the log before the first one");
        order.log.growTo(2);
        var second = new ForgedHandOver(order.log, 2, SoftwareKey.p256ForTests(secret(1)), secret(2));
        order.log.append(second.leaf()).growTo(4);
        var first = new ForgedHandOver(order.log, 1, secret(1));
        order.log.handOver(first.leaf(), first.next()).growTo(9);
        var steps = List.of(
                new KeyProof.Step(first.leaf(), order.log.inclusion(4, 9)),
                new KeyProof.Step(second.leaf(), order.log.inclusion(2, 9)));
        var head = order.head(9);
        order.bring(
                "bad hand-over",
                head.with(new KeyProof.Hops(
                                head.hops().genesisHash(), head.hops().genesisPath(), steps))
                        .signed(second.next().sign(SignedLog.digest(head.origin(), 9, head.root()))));
        order.lodge(9).end();

        var genesis = script("a later hand-over of another genesis");
        genesis.log.growTo(3).handOver(secret(1)).growTo(5);
        genesis.lodge(5);
        var foreign = new ForgedHandOver(genesis.log, 2, secret(2)).with(3, "5820" + "33".repeat(32));
        genesis.log.handOver(foreign.leaf(), foreign.next()).growTo(8);
        genesis.bring("bad hand-over", genesis.head(8)).end();
    }

    /// docs/formats.md §2.3 and §1: one encoding, and nothing else.
    private void leavesThatAreNone() {
        forged("as it should be", LODGED, ForgedHandOver::leaf);
        forged(
                "reason: somebody else may have the old key",
                LODGED,
                forge -> forge.with(6, "02").leaf());
        forged("a token without a name", LODGED, forge -> forge.withToken("60").leaf());
        forged(
                "a token's name of 128 characters",
                LODGED,
                forge -> forge.withToken(text("a", 128)).leaf());
        forged(
                "of 128 characters of four bytes",
                LODGED,
                forge -> forge.withToken(text("𝔸", 128)).leaf());
        forged(
                "of all lengths of UTF-8",
                LODGED,
                forge -> forge.withToken(text("aé€𐍈", 1)).leaf());
        forged(
                "a clock that knows no error",
                LODGED,
                forge -> forge.withClock("00", "03", "00", "f6", "50" + "00".repeat(16), "00")
                        .leaf());
        forged(
                "the largest clock",
                LODGED,
                forge -> forge.withClock(
                                "1b0000e677d21fdbff",
                                "01",
                                "07",
                                "1b7fffffffffffffff",
                                "50" + "ff".repeat(16),
                                "1b7fffffffffffffff")
                        .leaf());

        no(
                "a number that is not in its shortest form",
                forge -> forge.with(1, "1801").leaf());
        no(
                "an index that is not in its shortest form",
                forge -> forge.with(2, "190004").leaf());
        no("a number below nought", forge -> forge.with(1, "20").leaf());
        no("a number that is bytes", forge -> forge.with(1, "4101").leaf());
        no("an index of 2^63-1", forge -> forge.with(2, "1b7fffffffffffffff").leaf());
        no("a reserved length", forge -> forge.with(2, "1c").leaf());
        no(
                "a genesis hash of 31 bytes",
                forge -> forge.with(3, "581f" + "00".repeat(31)).leaf());
        no(
                "a thumbprint that is text",
                forge -> forge.with(4, "7820" + "61".repeat(32)).leaf());
        no("another role", forge -> forge.withRole(2).leaf());
        no(
                "a key that is no point",
                forge -> forge.withSpki(spki("04" + "11".repeat(64))).leaf());
        no(
                "a compressed key",
                forge -> forge.withSpki(spki("02" + "11".repeat(32))).leaf());
        no(
                "a key of another curve",
                forge -> forge.withSpki(SoftwareKey.secp256k1ForTests(3).spki()).leaf());
        no(
                "a token's name of 129 characters",
                forge -> forge.withToken(text("a", 129)).leaf());
        no("a token's name that is bytes", forge -> forge.withToken("4161").leaf());
        for (String bytes : List.of(
                "80",
                "bf",
                "c080",
                "c1bf",
                "e08080",
                "e0a0",
                "eda080",
                "edbfbf",
                "f0808080",
                "f4908080",
                "f5808080",
                "ff",
                "c3",
                "e282",
                "f09d94",
                "61c3",
                "c341",
                "e2ac41",
                "f09d9441")) {
            no(
                    "a token's name of the bytes " + bytes,
                    forge -> forge.withToken(HEX.toHexDigits((byte) (0x60 + bytes.length() / 2)) + bytes)
                            .leaf());
        }
        no("a reason of nought", forge -> forge.with(6, "00").leaf());
        no("a reason of four", forge -> forge.with(6, "04").leaf());
        String boot = "50" + "00".repeat(16);
        no(
                "a time beyond the year 9999",
                forge -> forge.withClock("1b0000e677d21fdc00", "01", "00", "f6", boot, "00")
                        .leaf());
        no(
                "a clock's state of nought",
                forge -> forge.withClock("00", "00", "00", "f6", boot, "00").leaf());
        no(
                "a clock's state of four",
                forge -> forge.withClock("00", "04", "00", "f6", boot, "00").leaf());
        no(
                "a clock's source of eight",
                forge -> forge.withClock("00", "01", "08", "f6", boot, "00").leaf());
        no(
                "a clock's error of 2^63",
                forge -> forge.withClock("00", "01", "00", "1b8000000000000000", boot, "00")
                        .leaf());
        no(
                "a boot id of 15 bytes",
                forge -> forge.withClock("00", "01", "00", "f6", "4f" + "00".repeat(15), "00")
                        .leaf());
        no(
                "a clock of 2^63 microseconds",
                forge -> forge.withClock("00", "01", "00", "f6", boot, "1b8000000000000000")
                        .leaf());
        no(
                "a clock of five pairs",
                forge -> forge.with(7, "a501000201030004f605" + boot).leaf());
        no("certificates without a break", forge -> forge.with(8, "814100").leaf());
        no("certificates of an open length", forge -> forge.with(8, "9fff").leaf());
        no("another profile", forge -> prefixed(forge, "7365616c706f7374", "7365616c706f7375"));
        no("another version", forge -> prefixed(forge, "a50001", "a50002"));
        no("another source", forge -> prefixed(forge, "0300", "0301"));
        no("a map of nine", forge -> prefixed(forge, "06aa", "06a9"));
        no("a byte behind the end", forge -> join(forge.leaf(), new byte[1]));
        no("a byte too few", forge -> Arrays.copyOf(forge.leaf(), forge.leaf().length - 1));
        no("a signature of 63 bytes", forge -> forge.leaf(forge.byOld(), Arrays.copyOf(forge.byNew(), 63)));
        no("nothing at all", forge -> new byte[0]);
    }

    // --- C8

    private void breaks() {
        var lost = script("a key that was lost");
        lost.log.growTo(5).breakTo(secret(1)).growTo(9);
        lost.lodge(5);
        lost.bring("broken key", lost.head(8));
        lost.bring("bad signature", lost.head(8).with(KeyProof.Hops.NONE));
        lost.end();

        var behind = script("a key that was lost behind a hand-over");
        behind.log.growTo(3).handOver(secret(1)).growTo(5).breakTo(secret(2)).growTo(8);
        behind.bring("broken key", behind.head(8));
        behind.lodge(4).bring("broken key", behind.head(8)).lodge(5).end();
    }

    // --- small things

    private void no(String what, Function<ForgedHandOver, byte[]> leaf) {
        forged(what, "bad hand-over", leaf);
    }

    /// A log whose entry 4 hands it over, somehow, and a head of nine entries.
    private void forged(String what, String answer, Function<ForgedHandOver, byte[]> leaf) {
        var script = script("a hand-over: " + what);
        script.log.growTo(4);
        var forge = new ForgedHandOver(script.log, 1, secret(1));
        script.log.handOver(leaf.apply(forge), forge.next()).growTo(9);
        if (answer.equals(LODGED)) script.lodge(9).inForce(5, forge.next()).end();
        else script.bring(answer, script.head(9)).end();
    }

    private static byte[] prefixed(ForgedHandOver forge, String was, String is) {
        return forge.leaf(ForgedHandOver.leafPrefix().replaceFirst(was, is), forge.byOld(), forge.byNew());
    }

    private static String text(String character, int times) {
        return HEX.formatHex(new CborWriter().text(character.repeat(times)).toBytes());
    }

    private static byte[] spki(String point) {
        return HEX.parseHex("3059301306072a8648ce3d020106082a8648ce3d030107034200" + point);
    }

    private static List<Hash> and(List<Hash> hashes, Hash more) {
        var longer = new ArrayList<>(hashes);
        longer.add(more);
        return longer;
    }

    private static List<Hash> altered(List<Hash> hashes, int at) {
        var altered = new ArrayList<>(hashes);
        byte[] bytes = hashes.get(at).toBytes();
        bytes[31] ^= 1;
        altered.set(at, Hash.of(bytes));
        return altered;
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
