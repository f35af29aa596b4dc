package dev.demitasse.cpu.wasm;

import java.util.ArrayList;
import java.util.List;

/** Builds a module of functions over one imported memory, {@code env.memory}. */
public final class Module {
    /** 4 GiB in pages of 64 KiB. */
    private static final int MAX_PAGES = 1 << 16;
    /** 16 GiB in pages of 64 KiB: the maximum of browsers for a 64-bit memory. */
    private static final int MAX_PAGES_64 = 1 << 18;

    private final boolean shared;
    private final boolean wide;
    private final List<Function> functions = new ArrayList<>();

    /**
     * Creates an empty module.
     *
     * @param shared whether threads share the memory
     * @param wide whether addresses have 64 bits
     */
    public Module(boolean shared, boolean wide) {
        this.shared = shared;
        this.wide = wide;
    }

    /** Adds a function that only functions of this module can call. */
    public Function function(String name) {
        return add(name, false);
    }

    /** Adds a function that JavaScript can call. */
    public Function exported(String name) {
        return add(name, true);
    }

    private Function add(String name, boolean exported) {
        Function function = new Function(name, functions.size(), wide, exported);
        functions.add(function);
        return function;
    }

    /** Returns the module's binary form (WebAssembly specification 3.0, 5.5). */
    public byte[] toBytes() {
        Code types = new Code().unsigned(functions.size());
        Code indices = new Code().unsigned(functions.size());
        Code bodies = new Code().unsigned(functions.size());
        Code exports = new Code()
                .unsigned(functions.stream().filter(Function::isExported).count());
        Code names = new Code().unsigned(functions.size());
        for (Function function : functions) {
            types.raw(function.signature().toBytes());
            indices.unsigned(function.index());
            bodies.sized(function.code());
            names.unsigned(function.index()).name(function.name());
            if (function.isExported()) {
                exports.name(function.name()).u8(0x00).unsigned(function.index());
            }
        }
        Code imports = new Code()
                .unsigned(1)
                .name("env")
                .name("memory")
                .u8(0x02)
                .u8(0x01 | (shared ? 0x02 : 0) | (wide ? 0x04 : 0))
                .unsigned(1)
                .unsigned(wide ? MAX_PAGES_64 : MAX_PAGES);
        return new Code()
                .raw((byte) 0, (byte) 'a', (byte) 's', (byte) 'm', (byte) 1, (byte) 0, (byte) 0, (byte) 0)
                .u8(1)
                .sized(types)
                .u8(2)
                .sized(imports)
                .u8(3)
                .sized(indices)
                .u8(7)
                .sized(exports)
                .u8(10)
                .sized(bodies)
                .u8(0)
                .sized(new Code().name("name").u8(1).sized(names))
                .toBytes();
    }
}
