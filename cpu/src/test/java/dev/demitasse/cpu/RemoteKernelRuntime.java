package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.Packing;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Kernels in another process, which runs {@code kernel-runtime.js}. */
public final class RemoteKernelRuntime implements KernelRuntime {
    /** A connection to {@code kernel-runtime.js}. Exchanges are slow, so requests are collected until a result is needed. */
    public abstract static class Channel {
        /** Characters of collected requests after which they are sent. */
        private static final int MAX_WAITING = 8 << 20;

        private final List<Map<String, Object>> waiting = new ArrayList<>();
        private int waitingCharacters;

        /** Sends requests, and returns {@code {result}} of the last one or the first {@code {error}}. */
        protected abstract Map<?, ?> exchange(List<Map<String, Object>> requests);

        /** Adds a request whose result isn't needed. */
        public final void send(Map<String, Object> request) {
            waiting.add(request);
            waitingCharacters += request.get("bytes") instanceof String text ? text.length() : 0;
            if (waitingCharacters > MAX_WAITING) {
                flush();
            }
        }

        /** Sends a request, and returns its result. */
        public final @Nullable Object call(Map<String, Object> request) {
            waiting.add(request);
            return flush();
        }

        private @Nullable Object flush() {
            Map<?, ?> answer = exchange(waiting);
            waiting.clear();
            waitingCharacters = 0;
            if (answer.get("error") != null) {
                throw new IllegalStateException((String) answer.get("error"));
            }
            return answer.get("result");
        }
    }

    private final Channel channel;

    private RemoteKernelRuntime(Channel channel) {
        this.channel = channel;
    }

    /**
     * Returns a factory of runtimes in another process.
     *
     * @param channel connection to the process, where a new runtime replaces the previous one
     */
    public static Factory factory(Channel channel, Variant variant) {
        return new Factory() {
            @Override
            public int threads() {
                return variant.threads();
            }

            @Override
            public KernelRuntime create(long bytes, long maxBytes) {
                RemoteKernelRuntime runtime = new RemoteKernelRuntime(channel);
                channel.send(Map.of(
                        "op", "create",
                        "module", Base64.getEncoder().encodeToString(variant.module()),
                        "bytes", (double) bytes,
                        "maxBytes", (double) maxBytes,
                        "shared", variant.shared(),
                        "wide", variant.wide(),
                        "threads", variant.threads()));
                return runtime;
            }
        };
    }

    @Override
    public void grow(long bytes) {
        channel.send(Map.of("op", "grow", "bytes", (double) bytes));
    }

    @Override
    public void write(long address, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        channel.send(Map.of(
                "op",
                "write",
                "at",
                (double) address,
                "bytes",
                Base64.getEncoder().encodeToString(copy)));
    }

    @Override
    public void read(long address, ByteBuffer target) {
        Object text = channel.call(Map.of("op", "read", "at", (double) address, "count", target.remaining()));
        target.duplicate().put(Base64.getDecoder().decode((String) text));
    }

    @Override
    public void copy(long target, long source, int bytes) {
        channel.send(Map.of("op", "copy", "target", (double) target, "source", (double) source, "count", bytes));
    }

    @Override
    public boolean repack(Packing packing, long source, long target, int columns, int panels) {
        Object finite = channel.call(Map.of(
                "op",
                "repack",
                "packing",
                packing.name(),
                "source",
                (double) source,
                "target",
                (double) target,
                "columns",
                columns,
                "panels",
                panels));
        return (Boolean) finite;
    }

    @Override
    public void start() {
        channel.send(Map.of("op", "start"));
    }
}
