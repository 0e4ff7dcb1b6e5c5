package org.sealpost.sensor;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/// What a sensor measured, saw or read.
public sealed interface Value {
    /// A decimal number as its digits, without a plus and leading zeros: `1250.50`, `-0.5`, `0`. Never rounded: what
    /// came after the point stays, zeros too.
    record Decimal(String digits) implements Value {
        private static final int MAX_LENGTH = 128;
        private static final Pattern DIGITS = Pattern.compile("-?(0|[1-9][0-9]{0,127})(\\.[0-9]{1,127})?");

        public Decimal {
            if (digits.length() > MAX_LENGTH || !DIGITS.matcher(digits).matches()) {
                throw new IllegalArgumentException(
                        "expected a decimal number of at most " + MAX_LENGTH + " characters");
            }
        }

        /// All digits of the number; refused if there are too many.
        public static Decimal of(BigDecimal number) {
            if (Math.abs((long) number.scale()) > MAX_LENGTH || number.precision() > MAX_LENGTH) {
                throw new IllegalArgumentException("a number may have " + MAX_LENGTH + " digits");
            }
            return new Decimal(number.toPlainString());
        }

        public BigDecimal number() {
            return new BigDecimal(digits);
        }
    }

    /// Whether it is so: a contact is closed, a coil is on.
    record Truth(boolean isTrue) implements Value {}

    /// What a reader read, at most 256 characters.
    record Text(String text) implements Value {
        public Text {
            if (text.length() > 256) {
                throw new IllegalArgumentException("a text has at most 256 characters, this one has " + text.length());
            }
        }
    }

    /// As people read it.
    default String words() {
        return switch (this) {
            case Decimal(String digits) -> digits;
            case Truth(boolean isTrue) -> Boolean.toString(isTrue);
            case Text(String text) -> text;
        };
    }
}
