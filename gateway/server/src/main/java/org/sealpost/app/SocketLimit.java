package org.sealpost.app;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.vertx.core.transport.Transport;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/// Closes what connects to a port beyond a number of sockets, before a byte of it is read: who never ends a TLS
/// handshake is no connection yet to anybody above, and costs more than one that is. Lives on the port's
/// acceptor.
final class SocketLimit extends ChannelInboundHandlerAdapter {
    private final int max;
    private int open;

    private SocketLimit(int max) {
        this.max = max;
    }

    /// The fastest transport of this machine, with this limit on each port that is opened over it.
    static Transport transport(int maxSocketsOfPort) {
        var fastest = Transport.nativeTransport() != null
                        && Transport.nativeTransport().available()
                ? Transport.nativeTransport()
                : Transport.NIO;
        return new Limited(fastest, limited(fastest.implementation(), maxSocketsOfPort));
    }

    private record Limited(Transport fastest, io.vertx.core.spi.transport.Transport implementation)
            implements Transport {
        @Override
        public String name() {
            return fastest.name();
        }

        @Override
        public boolean available() {
            return true;
        }

        @Override
        public Throwable unavailabilityCause() {
            return fastest.unavailabilityCause();
        }
    }

    private static io.vertx.core.spi.transport.Transport limited(io.vertx.core.spi.transport.Transport all, int max) {
        var type = io.vertx.core.spi.transport.Transport.class;
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    try {
                        var answer = method.invoke(all, arguments);
                        return method.getName().equals("serverChannelFactory")
                                ? limited((ChannelFactory<?>) answer, max)
                                : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private static ChannelFactory<ServerChannel> limited(ChannelFactory<?> factory, int max) {
        return () -> {
            var port = (ServerChannel) factory.newChannel();
            port.pipeline().addLast(new SocketLimit(max));
            return port;
        };
    }

    @Override
    public void channelRead(ChannelHandlerContext acceptor, Object accepted) {
        var socket = (Channel) accepted;
        if (open >= max) {
            socket.unsafe().closeForcibly();
            return;
        }
        open++;
        socket.closeFuture().addListener(_ -> acceptor.executor().execute(() -> open--));
        acceptor.fireChannelRead(accepted);
    }
}
