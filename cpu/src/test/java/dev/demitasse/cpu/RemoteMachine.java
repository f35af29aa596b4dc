package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.Packing;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A machine in another process, which runs {@code machine.js}. */
public final class RemoteMachine implements Machine {
    /** Sends a request to {@code machine.js} and gives its answer, {@code {result}} or {@code {error}}. */
    public interface Channel {
        Map<?, ?> call(Map<String, Object> request);
    }

    private final Channel channel;

    private RemoteMachine(Channel channel) {
        this.channel = channel;
    }

    /** @param channel to a process that has no machine yet, or is done with it */
    public static Factory factory(Channel channel, Variant variant) {
        return new Factory() {
            @Override
            public int threads() {
                return variant.threads();
            }

            @Override
            public Machine create(long bytes, long most) {
                RemoteMachine machine = new RemoteMachine(channel);
                machine.call(Map.of(
                        "op", "create",
                        "module", Base64.getEncoder().encodeToString(variant.module()),
                        "bytes", (double) bytes,
                        "most", (double) most,
                        "shared", variant.shared(),
                        "wide", variant.wide(),
                        "threads", variant.threads()));
                return machine;
            }
        };
    }

    private @Nullable Object call(Map<String, Object> request) {
        Map<?, ?> answer = channel.call(request);
        if (answer.get("error") != null) {
            throw new IllegalStateException(request.get("op") + ": " + answer.get("error"));
        }
        return answer.get("result");
    }

    @Override
    public void grow(long bytes) {
        call(Map.of("op", "grow", "bytes", (double) bytes));
    }

    @Override
    public void write(long address, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        call(Map.of(
                "op",
                "write",
                "at",
                (double) address,
                "bytes",
                Base64.getEncoder().encodeToString(copy)));
    }

    @Override
    public void read(long address, ByteBuffer target) {
        Object text = call(Map.of("op", "read", "at", (double) address, "count", target.remaining()));
        target.duplicate().put(Base64.getDecoder().decode((String) text));
    }

    @Override
    public void copy(long target, long source, int bytes) {
        call(Map.of("op", "copy", "target", (double) target, "source", (double) source, "count", bytes));
    }

    @Override
    public boolean repack(Packing packing, long source, long target, int columns, int panels) {
        Object finite = call(Map.of(
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
        call(Map.of("op", "start"));
    }
}
