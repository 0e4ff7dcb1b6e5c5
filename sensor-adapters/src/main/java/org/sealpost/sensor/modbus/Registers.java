package org.sealpost.sensor.modbus;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.sealpost.sensor.ModbusSettings;
import org.sealpost.sensor.ModbusSettings.Type;
import org.sealpost.sensor.ModbusSettings.WordOrder;
import org.sealpost.sensor.Quality;
import org.sealpost.sensor.Raw;
import org.sealpost.sensor.Sample;
import org.sealpost.sensor.Value;

/// Makes a value of what registers or bits hold, in exact decimals.
record Registers(ModbusSettings settings) {
    /// `bits` are what a coil or an input holds; `answer` is all that came.
    Sample bit(byte[] bits, byte[] answer) {
        if (bits.length != 1) return Sample.Nonsense.of(answer, "one bit comes in one byte");
        return measured(new Value.Truth((bits[0] & 1) == 1), Quality.GOOD, answer);
    }

    /// `registers` are their bytes, each register with its high byte first.
    Sample number(byte[] registers, byte[] answer) {
        Type type = settings.type();
        int expected = 2 * type.registers();
        if (registers.length != expected) {
            return Sample.Nonsense.of(answer, expected + " bytes were asked for, and " + registers.length + " came");
        }
        Optional<BigDecimal> number = raw(ByteBuffer.wrap(registers));
        if (number.isEmpty()) {
            return new Sample.Refused(
                    "the machine says that it has no value: not a number, or infinite",
                    "Look at the machine; if it works, compare type and word-order with its manual.");
        }
        BigDecimal value = number.get().multiply(settings.scale()).add(settings.offset());
        boolean isInRange = settings.range().isEmpty() || settings.range().get().holds(value);
        return measured(Value.Decimal.of(value), isInRange ? Quality.GOOD : Quality.UNCERTAIN, answer);
    }

    private Optional<BigDecimal> raw(ByteBuffer bytes) {
        return switch (settings.type()) {
            case INT16 -> Optional.of(BigDecimal.valueOf(bytes.getShort(0)));
            case UINT16, BOOL -> Optional.of(BigDecimal.valueOf(bytes.getShort(0) & 0xffff));
            case INT32 -> Optional.of(BigDecimal.valueOf(twoRegisters(bytes)));
            case UINT32 -> Optional.of(BigDecimal.valueOf(twoRegisters(bytes) & 0xffff_ffffL));
            case FLOAT32 -> shortest(Float.intBitsToFloat(twoRegisters(bytes)));
        };
    }

    private int twoRegisters(ByteBuffer bytes) {
        int first = bytes.getShort(0) & 0xffff;
        int second = bytes.getShort(2) & 0xffff;
        return settings.wordOrder() == WordOrder.HIGH_FIRST ? first << 16 | second : second << 16 | first;
    }

    /// The shortest decimal that means this float and no other: 0.1 for what the machine holds as 0.1.
    private static Optional<BigDecimal> shortest(float value) {
        if (!Float.isFinite(value)) return Optional.empty();
        BigDecimal number = new BigDecimal(Float.toString(value));
        return Optional.of(number.scale() < 0 ? number.setScale(0) : number);
    }

    private Sample measured(Value value, Quality quality, byte[] answer) {
        return new Sample.Measured(value, settings.unit(), quality, Optional.empty(), Raw.of(answer));
    }
}
