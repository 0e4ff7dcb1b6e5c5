package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.CarriedHeads;
import org.sealpost.anchor.HeadFile;

/// What we draw is read by another's reader.
class HeadQrTest {
    private static final int PIXELS = 4;

    @TempDir
    private Path folder;

    private HeadFile read(BufferedImage picture) throws Exception {
        return HeadFile.parse(PhoneCamera.text(picture).getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aPhoneReadsTheFileFromThePictureAndFromTheTerminal() throws Exception {
        var log = new CarriedHeads(folder, "carried/heads", 51, 1200);
        for (var file : List.of(log.file(1200), log.file(1200, 700L))) {
            var code = HeadQr.of(file).orElseThrow();
            assertEquals(file, read(drawn(code.svg())));
            assertEquals(file, read(drawn(code.lines())));
            read(drawn(code.svg())).checked();
        }
    }

    @Test
    void aFileThatNoCodeHoldsIsSaidToBeTooLarge() throws Exception {
        var log = new CarriedHeads(folder, "carried/heads", 51, 1200);
        var many = log.file(1200, LongStream.rangeClosed(1, 60).boxed().toArray(Long[]::new));
        assertEquals(Optional.empty(), HeadQr.of(many));
        assertTrue(HeadQr.of(many.withOneProof(OptionalLong.empty())).isPresent());
    }

    /// The largest code, so that what fits is not less than the format says (docs/formats.md §24).
    @Test
    void twoThousandEightHundredBytesFit() throws Exception {
        var log = new CarriedHeads(folder, "carried/heads", 51, 1200);
        int proofs = 1;
        while (proofs < 60 && bytes(log, proofs + 1) <= 2_860) proofs++;
        // Proofs come in steps that are too large to hit the mark by their number alone: by which they are, too.
        int most = proofs;
        var fitting = IntStream.of(most, most - 1)
                .boxed()
                .flatMap(count -> LongStream.range(count + 1, 1200).mapToObj(last -> with(log, count, last)))
                .filter(file -> file.toBytes().length > 2_800 && file.toBytes().length <= 2_860)
                .findFirst()
                .orElseThrow();
        assertTrue(HeadQr.of(fitting).isPresent());
    }

    private static int bytes(CarriedHeads log, int proofs) {
        return with(log, proofs).toBytes().length;
    }

    private static HeadFile with(CarriedHeads log, int proofs) {
        return with(log, proofs - 1, proofs);
    }

    /// Of proofs from 1, 2, … so many, and one more.
    private static HeadFile with(CarriedHeads log, int proofs, long last) {
        return log.file(
                1200,
                LongStream.concat(LongStream.rangeClosed(1, proofs), LongStream.of(last))
                        .boxed()
                        .toArray(Long[]::new));
    }

    // --- drawing

    private static BufferedImage drawn(String svg) {
        var size = Pattern.compile("viewBox=\"0 0 ([0-9]+) ").matcher(svg);
        assertTrue(size.find(), svg);
        var picture = blank(Integer.parseInt(size.group(1)), Integer.parseInt(size.group(1)));
        var run = Pattern.compile("M([0-9]+) ([0-9]+)h([0-9]+)v1").matcher(svg.substring(svg.indexOf("#000")));
        while (run.find()) {
            for (int i = 0; i < Integer.parseInt(run.group(3)); i++) {
                fill(picture, Integer.parseInt(run.group(1)) + i, Integer.parseInt(run.group(2)));
            }
        }
        return picture;
    }

    private static BufferedImage drawn(List<String> lines) {
        var rows = lines.stream()
                .map(line -> line.replaceAll("\u001b\\[[0-9;]*m", ""))
                .toList();
        var picture = blank(rows.getFirst().length(), 2 * rows.size());
        for (int y = 0; y < rows.size(); y++) {
            for (int x = 0; x < rows.get(y).length(); x++) {
                char shown = rows.get(y).charAt(x);
                if (shown == '█' || shown == '▀') fill(picture, x, 2 * y);
                if (shown == '█' || shown == '▄') fill(picture, x, 2 * y + 1);
            }
        }
        return picture;
    }

    private static BufferedImage blank(int columns, int rows) {
        var picture = new BufferedImage(columns * PIXELS, rows * PIXELS, BufferedImage.TYPE_INT_RGB);
        var pen = picture.createGraphics();
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, picture.getWidth(), picture.getHeight());
        pen.dispose();
        return picture;
    }

    private static void fill(BufferedImage picture, int column, int row) {
        for (int y = 0; y < PIXELS; y++) {
            for (int x = 0; x < PIXELS; x++) picture.setRGB(column * PIXELS + x, row * PIXELS + y, 0);
        }
    }
}
