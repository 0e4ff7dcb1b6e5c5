package org.sealpost.sensor.serial;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sealpost.sensor.Quality;
import org.sealpost.sensor.Raw;
import org.sealpost.sensor.Sample;
import org.sealpost.sensor.SerialSettings;
import org.sealpost.sensor.SerialSettings.Recorded;
import org.sealpost.sensor.Value;

/// Makes a sample of one frame, as the settings describe it. Remembers the last settled value, and nothing else.
final class FrameReader {
    private static final Pattern NUMBER = Pattern.compile("([+-]?) *0*([0-9]*)(?:\\.([0-9]*))?");
    private static final Pattern UNIT = Pattern.compile("[!-~]{1,32}");

    private final SerialSettings settings;
    private Optional<Sample.Measured> last = Optional.empty();

    FrameReader(SerialSettings settings) {
        this.settings = settings;
    }

    Sample read(byte[] frame) {
        String text = new String(frame, StandardCharsets.ISO_8859_1);
        Optional<Map<String, String>> said = settings.frame().match(text);
        if (said.isEmpty()) return Sample.Nonsense.of(frame, "it does not match the pattern frame");
        return settings.frame().groups().contains("text") ? text(said.get(), frame) : value(said.get(), frame);
    }

    private Sample text(Map<String, String> said, byte[] frame) {
        String text = said.getOrDefault("text", "");
        if (text.isEmpty()) return Sample.Nonsense.of(frame, "its group text is empty");
        return recorded(measured(new Value.Text(asUtf8IfItIs(text)), "1", Quality.GOOD, frame));
    }

    private Sample value(Map<String, String> said, byte[] frame) {
        if (settings.stable().filter(word -> word.equals(said.get("stable"))).isEmpty()) {
            return new Sample.Unsettled("the value has not settled");
        }
        Optional<Value.Decimal> value = decimal(said.getOrDefault("value", ""));
        if (value.isEmpty()) return Sample.Nonsense.of(frame, "its group value is no decimal number");
        String written = settings.unit().orElseGet(() -> said.getOrDefault("unit", ""));
        String unit = settings.units().getOrDefault(written, written);
        if (!UNIT.matcher(unit).matches()) return Sample.Nonsense.of(frame, "its group unit is no unit");
        boolean isInRange = settings.range().isEmpty()
                || settings.range().get().holds(value.get().number());
        return recorded(measured(value.get(), unit, isInRange ? Quality.GOOD : Quality.UNCERTAIN, frame));
    }

    private static Sample.Measured measured(Value value, String unit, Quality quality, byte[] frame) {
        return new Sample.Measured(value, unit, quality, Optional.empty(), Raw.of(frame));
    }

    private Sample recorded(Sample.Measured now) {
        boolean isLast = last.filter(before ->
                        before.value().equals(now.value()) && before.unit().equals(now.unit()))
                .isPresent();
        last = Optional.of(now);
        return isLast && settings.recorded() == Recorded.CHANGES ? new Sample.Unchanged() : now;
    }

    /// The digits as they stand there, without a plus, leading zeros and blanks.
    static Optional<Value.Decimal> decimal(String written) {
        Matcher match = NUMBER.matcher(written.strip());
        if (!match.matches()) return Optional.empty();
        String whole = match.group(2);
        String fraction = match.group(3) == null ? "" : match.group(3);
        if (written.chars().noneMatch(each -> each >= '0' && each <= '9')) return Optional.empty();
        String digits = (whole.isEmpty() ? "0" : whole) + (fraction.isEmpty() ? "" : "." + fraction);
        boolean isZero = digits.chars().allMatch(each -> each == '0' || each == '.');
        try {
            return Optional.of(new Value.Decimal((match.group(1).equals("-") && !isZero ? "-" : "") + digits));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String asUtf8IfItIs(String latin) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(latin.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return latin;
        }
    }
}
