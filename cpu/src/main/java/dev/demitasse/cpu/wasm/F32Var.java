package dev.demitasse.cpu.wasm;

/** A local variable that holds a 32-bit float. */
public final class F32Var extends F32 {
    private final Function function;
    private final int index;

    F32Var(Function function, int index) {
        super(local(index));
        this.function = function;
        this.index = index;
    }

    public void set(F32 value) {
        function.setLocal(index, value);
    }
}
