package dev.demitasse.cpu.wasm;

/** A local variable that holds an address. */
public final class PtrVar extends Ptr {
    private final Function function;
    private final int index;

    PtrVar(Function function, int index, boolean wide) {
        super(wide, local(index));
        this.function = function;
        this.index = index;
    }

    public void set(Ptr value) {
        function.setLocal(index, value);
    }

    /** Adds some bytes to the address. */
    public void advance(int bytes) {
        set(plus(bytes));
    }
}
