package org.sealpost.sensor.gpio;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.sealpost.sensor.Adapter;
import org.sealpost.sensor.AdapterKind;
import org.sealpost.sensor.AdapterSettings;
import org.sealpost.sensor.ContactSettings;
import org.sealpost.sensor.Discovered;
import org.sealpost.sensor.SensorSetback;

/// Contacts: their adapters, and the chips with their lines where one could be.
public final class ContactKind implements AdapterKind {
    /// Big chips have hundreds of lines; a person reads some.
    private static final int LINES_SHOWN = 40;

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._:@ -]{1,32}");

    private final Chips chips;
    private final LineInputProvider provider;

    /// On the machine we run on.
    public ContactKind() {
        this(new Linux(), Path.of(LineInput.FOLDER));
    }

    ContactKind(SystemCalls calls, Path folder) {
        this.chips = new Chips(calls, folder);
        this.provider = new LineInputProvider(calls);
    }

    @Override
    public String name() {
        return "contact";
    }

    @Override
    public Adapter adapter(AdapterSettings settings) {
        if (settings instanceof ContactSettings contact) {
            return new ContactAdapter(contact, chips, provider);
        }
        throw new IllegalArgumentException("a contact's settings are expected, not those of a " + settings.kind());
    }

    @Override
    public List<Discovered> discover() throws IOException {
        List<Discovered> found = new ArrayList<>();
        for (String name : chips.names()) {
            try (Chip chip = chips.open(name)) {
                found.add(discovered(chip));
            } catch (SystemCallFailed e) {
                SensorSetback why = Setbacks.of(e, name);
                found.add(new Discovered(name(), name, why.reason() + ". " + why.remedy(), ""));
            }
        }
        return found;
    }

    private Discovered discovered(Chip chip) throws SystemCallFailed {
        ChipDescription description = chip.description();
        List<LineDescription> lines = new ArrayList<>();
        for (int offset = 0; offset < description.lines(); offset++) {
            lines.add(chip.line(offset));
        }
        return new Discovered(name(), description.words(), words(lines), toml(description, lines));
    }

    private static String words(List<LineDescription> lines) {
        var words = new StringJoiner(", ", lines.size() + " lines: ", "");
        lines.stream().limit(LINES_SHOWN).forEach(line -> words.add(words(line)));
        if (lines.size() > LINES_SHOWN) {
            words.add("and " + (lines.size() - LINES_SHOWN) + " more");
        }
        return words.toString();
    }

    private static String words(LineDescription line) {
        String name = line.name().isEmpty() ? "" : " " + line.name();
        if (!line.isUsed()) {
            return line.offset() + name + " free";
        }
        return line.offset() + name + (line.consumer().isEmpty() ? " in use" : " in use by " + line.consumer());
    }

    /// For a free line, one with a name before others. By the label where that can be written plainly: numbers of
    /// chips change with the order in which boards are found.
    private static String toml(ChipDescription chip, List<LineDescription> lines) {
        List<LineDescription> free =
                lines.stream().filter(Predicate.not(LineDescription::isUsed)).toList();
        if (free.isEmpty()) {
            return "";
        }
        LineDescription line = free.stream()
                .filter(candidate -> PLAIN.matcher(candidate.name()).matches())
                .findFirst()
                .orElse(free.getFirst());
        String which = PLAIN.matcher(line.name()).matches()
                ? "line-name = \"" + line.name() + "\""
                : "line = " + line.offset();
        String label = PLAIN.matcher(chip.label()).matches() ? chip.label() : chip.name();
        return """
                [sensor.contact]
                kind = "contact"
                chip = "%s"
                %s
                closed-is = "low"
                bias = "pull-up"
                debounce = "20ms"
                """.formatted(label, which);
    }
}
