// What is compared as "netty": the 20-byte frame on Netty's NIO transport, as a sample server of Mars would be done
// right. Login by the first frame, a map from users to their channels, an acknowledgement to the sender. No accounts,
// no store, no protobuf. With the argument "gather", Netty's own handler puts the flushes of one turn together.

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

public final class Forwarder {
    private static final int HEADER_LENGTH = 20;
    private static final int FRAME_BYTES_MAX = 1024 * 1024;
    private static final int VERSION = 200;
    private static final int HELLO = 100;
    private static final int NOOP = 6;
    private static final int PUSH_ENTRIES = 200;
    private static final ConcurrentHashMap<Long, Channel> USERS = new ConcurrentHashMap<>();

    public static void main(String[] arguments) throws Exception {
        boolean gathers = arguments.length > 0 && arguments[0].equals("gather");
        // The server has one core, so one loop does all.
        NioEventLoopGroup loop = new NioEventLoopGroup(1);
        ServerBootstrap bootstrap = new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel channel) {
                    if (gathers) {
                        channel.pipeline().addLast(new FlushConsolidationHandler(256, true));
                    }
                    channel.pipeline().addLast(new FrameDecoder(), new Link());
                }
            });
        Channel listener = bootstrap.bind("127.0.0.1", 0).sync().channel();
        System.out.println("tcp 127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort());
        listener.closeFuture().sync();
    }

    /** Cuts whole frames, header included. */
    private static final class FrameDecoder extends ByteToMessageDecoder {
        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
            if (in.readableBytes() < HEADER_LENGTH) {
                return;
            }
            int at = in.readerIndex();
            long headLength = in.getUnsignedInt(at);
            long length = headLength + in.getUnsignedInt(at + 16);
            if (headLength < HEADER_LENGTH || length > FRAME_BYTES_MAX) {
                context.close();
                return;
            }
            if (in.readableBytes() >= length) {
                out.add(in.readRetainedSlice((int) length));
            }
        }
    }

    /** One connection: who it is, and what it sends. */
    private static final class Link extends ChannelInboundHandlerAdapter {
        private long user;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf frame = (ByteBuf) message;
            try {
                hear(context, frame);
            } finally {
                frame.release();
            }
        }

        private void hear(ChannelHandlerContext context, ByteBuf frame) {
            int command = frame.getInt(8);
            int sequence = frame.getInt(12);
            context.writeAndFlush(frame(context.channel(), command, sequence, 0));
            if (command == NOOP) {
                return;
            }
            int bodyAt = (int) frame.getUnsignedInt(0);
            long to = frame.getLong(bodyAt);
            if (command == HELLO) {
                user = to;
                USERS.put(to, context.channel());
            } else if (to == 0) {
                USERS.values().forEach(channel -> push(channel, frame, bodyAt + 8));
            } else {
                Channel channel = USERS.get(to);
                if (channel != null) {
                    push(channel, frame, bodyAt + 8);
                }
            }
        }

        private static void push(Channel channel, ByteBuf frame, int contentAt) {
            int length = frame.readableBytes() - contentAt;
            ByteBuf push = frame(channel, PUSH_ENTRIES, 0, length);
            push.writeBytes(frame, contentAt, length);
            channel.writeAndFlush(push, channel.voidPromise());
        }

        private static ByteBuf frame(Channel channel, int command, int sequence, int bodyLength) {
            ByteBuf frame = channel.alloc().buffer(HEADER_LENGTH + bodyLength);
            frame.writeInt(HEADER_LENGTH).writeInt(VERSION).writeInt(command).writeInt(sequence).writeInt(bodyLength);
            return frame;
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            USERS.remove(user, context.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
