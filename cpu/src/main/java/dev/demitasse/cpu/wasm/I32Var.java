package dev.demitasse.cpu.wasm;

/** A local variable that holds a 32-bit integer. */
public final class I32Var extends I32 {
    private final Function function;
    private final int index;

    I32Var(Function function, int index) {
        super(local(index));
        this.function = function;
        this.index = index;
    }

    public void set(I32 value) {
        function.setLocal(index, value);
    }
}
