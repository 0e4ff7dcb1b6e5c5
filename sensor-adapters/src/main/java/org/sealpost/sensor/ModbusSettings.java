package org.sealpost.sensor;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/// One or two registers, a coil or an input of a machine that speaks Modbus TCP, read by the clock.
public record ModbusSettings(
        String host,
        int port,
        int unitId,
        Table table,
        int address,
        Type type,
        WordOrder wordOrder,
        BigDecimal scale,
        BigDecimal offset,
        String unit,
        Duration every,
        Optional<Range> range)
        implements AdapterSettings {

    /// Where the value lies.
    public enum Table {
        HOLDING,
        INPUT,
        COIL,
        DISCRETE;

        public boolean holdsBits() {
            return this == COIL || this == DISCRETE;
        }
    }

    /// How its bits are meant.
    public enum Type {
        BOOL,
        INT16,
        UINT16,
        INT32,
        UINT32,
        FLOAT32;

        /// How many registers it fills.
        public int registers() {
            return switch (this) {
                case BOOL, INT16, UINT16 -> 1;
                case INT32, UINT32, FLOAT32 -> 2;
            };
        }
    }

    /// Which of two registers comes first.
    public enum WordOrder {
        HIGH_FIRST,
        LOW_FIRST
    }

    @Override
    public String kind() {
        return "modbus";
    }

    @Override
    public Optional<Duration> readEvery() {
        return Optional.of(every);
    }
}
