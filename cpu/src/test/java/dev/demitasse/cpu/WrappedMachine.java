package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.Packing;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;

/** A machine that does what another does, but for what a subclass says. */
public class WrappedMachine implements Machine {
    private final Machine machine;

    protected WrappedMachine(Machine machine) {
        this.machine = machine;
    }

    /** A factory whose machines are wrapped. */
    public static Factory factory(Factory machines, UnaryOperator<Machine> wrap) {
        return new Factory() {
            @Override
            public int threads() {
                return machines.threads();
            }

            @Override
            public Machine create(long bytes, long most) {
                return wrap.apply(machines.create(bytes, most));
            }
        };
    }

    @Override
    public void grow(long bytes) {
        machine.grow(bytes);
    }

    @Override
    public void write(long address, ByteBuffer bytes) {
        machine.write(address, bytes);
    }

    @Override
    public void read(long address, ByteBuffer target) {
        machine.read(address, target);
    }

    @Override
    public void copy(long target, long source, int bytes) {
        machine.copy(target, source, bytes);
    }

    @Override
    public boolean repack(Packing packing, long source, long target, int columns, int panels) {
        return machine.repack(packing, source, target, columns, panels);
    }

    @Override
    public void start() {
        machine.start();
    }

    @Override
    public boolean later(Runnable action) {
        return machine.later(action);
    }
}
