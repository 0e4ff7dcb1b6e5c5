package org.sealpost.capture.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicLong;

/// Stands before the decoder and bounds what the decoders of all connections together keep of packets that have
/// not come to their end. Packets that fit one read are nobody's concern; whoever sends large ones when the
/// memory for them ([org.sealpost.capture.IntakeConfig#maxWaitingBytes], once more) is used up is disconnected,
/// since waiting with half a packet would use it just the same.
final class PartialPackets extends ChannelInboundHandlerAdapter {
    /// A connection's own: about one read.
    private static final int FREE_BYTES = 64 << 10;

    private final MqttConnection connection;
    private final Budget budget;
    private int pending;
    private int charged;
    private boolean ended;

    /// What all connections share. Any thread.
    static final class Budget {
        private final long maxBytes;
        private final AtomicLong used = new AtomicLong();

        Budget(long maxBytes) {
            this.maxBytes = maxBytes;
        }

        long used() {
            return used.get();
        }
    }

    PartialPackets(MqttConnection connection, Budget budget) {
        this.connection = connection;
        this.budget = budget;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        int count = message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        long before = connection.packets();
        context.fireChannelRead(message);
        if (ended) return;
        // After a whole packet at most the rest of this read is left; else all of it was added to what there was.
        pending = connection.packets() == before ? pending + count : count;
        charge(Math.max(0, pending - FREE_BYTES));
    }

    private void charge(int due) {
        if (due == charged) return;
        long used = budget.used.addAndGet(due - charged);
        boolean grows = due > charged;
        charged = due;
        if (grows && used > budget.maxBytes) {
            ended = true;
            connection.outOfMemory();
            charge(0);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        charge(0);
        context.fireChannelInactive();
    }
}
