package org.sealpost.sensor.modbus;

import com.digitalpetri.modbus.ModbusTcpFrame;
import com.digitalpetri.modbus.client.ModbusTcpClientTransport;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A transport of which the last answer can be looked at: the client compares neither the unit nor the protocol with
/// what was asked, and keeps no bytes.
final class SeenTransport implements ModbusTcpClientTransport {
    /// An answer as it came: whose, of which protocol, and its bytes from the function code on.
    record Answer(int unitId, int protocolId, byte[] bytes) {}

    private final ModbusTcpClientTransport transport;
    private volatile @Nullable Answer last;

    SeenTransport(ModbusTcpClientTransport transport) {
        this.transport = transport;
    }

    @Nullable
    Answer last() {
        return last;
    }

    void forget() {
        last = null;
    }

    @Override
    public void receive(Consumer<ModbusTcpFrame> consumer) {
        transport.receive(frame -> {
            var pdu = frame.pdu().duplicate();
            byte[] bytes = new byte[pdu.remaining()];
            pdu.get(bytes);
            last = new Answer(frame.header().unitId(), frame.header().protocolId(), bytes);
            consumer.accept(frame);
        });
    }

    @Override
    public CompletionStage<Void> connect() {
        return transport.connect();
    }

    @Override
    public CompletionStage<Void> disconnect() {
        return transport.disconnect();
    }

    @Override
    public boolean isConnected() {
        return transport.isConnected();
    }

    @Override
    public CompletionStage<Void> send(ModbusTcpFrame frame) {
        return transport.send(frame);
    }
}
