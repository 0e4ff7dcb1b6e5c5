package org.sealpost.hsm.bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import org.sealpost.hsm.Replies;
import org.sealpost.hsm.TokenConfig;

/// A contender in Java: `SigningProcess WAY MODULE LABEL PIN-FILE KEY SESSIONS`.
///
/// It says `=ready`, then obeys lines on its standard input: `one N` signs N times, one call after the
/// other, each timed; `many N` signs N times with all its sessions. The answer is `=done` with the
/// nanoseconds of all, the median of one (0 for `many`), and the last signature. It ends with its input.
/// Other lines that it prints mean nothing.
final class SigningProcess {
    /// Made once, so that what is measured allocates nothing but what it needs itself.
    private static final long[] TOOK = new long[50_000];

    private SigningProcess() {}

    public static void main(String[] arguments) throws Exception {
        String name = arguments[4];
        var config = new TokenConfig(
                Path.of(arguments[1]),
                arguments[2],
                Optional.empty(),
                Optional.empty(),
                Path.of(arguments[3]),
                Integer.parseInt(arguments[5]));
        try (Way way = way(arguments[0], config, name)) {
            System.out.println("=ready");
            var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                String[] words = order.split(" ");
                int count = Integer.parseInt(words[1]);
                System.out.println(words[0].equals("one") ? one(way, count) : many(way, count));
            }
        }
        // Libraries of others leave threads behind.
        System.exit(0);
    }

    /// The contender of this name, open.
    static Way way(String way, TokenConfig config, String name) throws Exception {
        return switch (way) {
            case "inside" -> SealpostWay.inside(config, Replies.ON_THREADS_OF_THEIR_OWN, name);
            case "inside-direct" -> SealpostWay.inside(config, Runnable::run, name);
            case "process" -> SealpostWay.inDriverProcess(config, Replies.ON_THREADS_OF_THEIR_OWN, name);
            case "process-direct" -> SealpostWay.inDriverProcess(config, Runnable::run, name);
            case "sun-pkcs11" -> Peers.sunPkcs11(config, name);
            case "ipkcs11wrapper" -> Peers.ipkcs11wrapper(config, name);
            default -> throw new IllegalArgumentException("no way is called " + way);
        };
    }

    private static String one(Way way, int count) throws Exception {
        int timed = Math.min(count, TOOK.length);
        byte[] last = {};
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long before = System.nanoTime();
            last = way.one();
            TOOK[i % timed] = System.nanoTime() - before;
        }
        long all = System.nanoTime() - start;
        Arrays.sort(TOOK, 0, timed);
        return done(all, TOOK[timed / 2], last);
    }

    private static String many(Way way, int count) throws Exception {
        long start = System.nanoTime();
        byte[] last = way.many(count);
        return done(System.nanoTime() - start, 0, last);
    }

    private static String done(long all, long median, byte[] last) {
        return String.format(
                Locale.ROOT, "=done %d %d %s", all, median, HexFormat.of().formatHex(last));
    }
}
