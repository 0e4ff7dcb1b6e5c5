package org.sealpost.hsm.driver;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.Tokens;

/// What a signature costs through the driver process, beside one in this process: blocks of each in turn, one call at a
/// time, SoftHSM2, P-256. `DriverLatency [pairs of blocks] [calls in a block]` prints medians and their difference.
public final class DriverLatency {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int WARM_UP_BLOCKS = 10;

    private DriverLatency() {}

    public static void main(String[] arguments) throws Exception {
        int pairs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 40;
        int calls = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 250;
        Path folder = Files.createTempDirectory("latency");
        SoftHsm hsm = SoftHsm.create(folder);
        TokenConfig config = hsm.token("box", 1);
        try (Token inside = Tokens.open(config);
                Token process =
                        RemoteToken.open(config, DriverOptions.DEFAULT.withEnvironment(SoftHsm.environment()))) {
            SigningKey here = inside.generate("seal", KeyKind.P256);
            SigningKey there = process.key(here.spec());
            for (int block = 0; block < WARM_UP_BLOCKS; block++) {
                block(here, calls);
                block(there, calls);
            }
            double[] differences = new double[pairs];
            double[] first = new double[pairs];
            double[] second = new double[pairs];
            for (int pair = 0; pair < pairs; pair++) {
                first[pair] = block(here, calls);
                second[pair] = block(there, calls);
                differences[pair] = second[pair] - first[pair];
            }
            System.out.printf(
                    "in this process %.1f us, in a driver process %.1f us; difference: median %.1f us, middle half %.1f to %.1f us%n",
                    quantile(first, 0.5),
                    quantile(second, 0.5),
                    quantile(differences, 0.5),
                    quantile(differences, 0.25),
                    quantile(differences, 0.75));
        }
    }

    /// The median of a block, in microseconds.
    private static double block(SigningKey key, int calls) throws Exception {
        byte[] digest = new byte[32];
        new SecureRandom().nextBytes(digest);
        double[] took = new double[calls];
        for (int i = 0; i < calls; i++) {
            long start = System.nanoTime();
            key.sign(digest, SOON).get();
            took[i] = (System.nanoTime() - start) / 1000.0;
        }
        return quantile(took, 0.5);
    }

    private static double quantile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1, share * sorted.length)];
    }
}
