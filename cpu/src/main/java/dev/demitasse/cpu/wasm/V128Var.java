package dev.demitasse.cpu.wasm;

/** A local variable that holds a vector. */
public final class V128Var extends V128 {
    private final Function function;
    private final int index;

    V128Var(Function function, int index) {
        super(local(index));
        this.function = function;
        this.index = index;
    }

    int index() {
        return index;
    }

    public void set(V128 value) {
        function.setLocal(index, value);
    }
}
