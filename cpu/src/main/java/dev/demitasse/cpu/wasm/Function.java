package dev.demitasse.cpu.wasm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Builds a function: methods append statements. Parameters must be declared before other variables. */
public final class Function {
    private static final int BLOCK = 0x02;
    private static final int LOOP = 0x03;
    private static final int IF = 0x04;
    private static final int ELSE = 0x05;
    private static final int END = 0x0b;
    private static final int NO_VALUE = 0x40;
    private static final int LOCAL_SET = 0x21;

    /** A constant, and the variable that holds it. */
    private record Constant(V128 value, V128Var variable) {}

    private final String name;
    private final int index;
    private final boolean wide;
    private final boolean exported;
    private final List<ValueType> parameters = new ArrayList<>();
    private final List<ValueType> locals = new ArrayList<>();
    private final Map<ByteBuffer, Constant> constants = new LinkedHashMap<>();
    private final Code body = new Code();
    private boolean returnsI32;

    Function(String name, int index, boolean wide, boolean exported) {
        this.name = name;
        this.index = index;
        this.wide = wide;
        this.exported = exported;
    }

    private int add(List<ValueType> list, ValueType type) {
        list.add(type);
        return parameters.size() + locals.size() - 1;
    }

    private ValueType addressType() {
        return wide ? ValueType.I64 : ValueType.I32;
    }

    public I32Var i32Parameter() {
        return new I32Var(this, add(parameters, ValueType.I32));
    }

    public PtrVar ptrParameter() {
        return new PtrVar(this, add(parameters, addressType()), wide);
    }

    public I32Var i32() {
        return new I32Var(this, add(locals, ValueType.I32));
    }

    public I32Var i32(I32 value) {
        I32Var variable = i32();
        variable.set(value);
        return variable;
    }

    public F32Var f32(F32 value) {
        F32Var variable = new F32Var(this, add(locals, ValueType.F32));
        variable.set(value);
        return variable;
    }

    public V128Var v128() {
        return new V128Var(this, add(locals, ValueType.V128));
    }

    public V128Var v128(V128 value) {
        V128Var variable = v128();
        variable.set(value);
        return variable;
    }

    public PtrVar ptr() {
        return new PtrVar(this, add(locals, addressType()), wide);
    }

    public PtrVar ptr(Ptr value) {
        PtrVar variable = ptr();
        variable.set(value);
        return variable;
    }

    /**
     * Returns a constant in a variable that is set once, at the start of the function. Engines would otherwise build the constant with several
     * instructions at each use.
     */
    public V128Var constant(V128 value) {
        return constants.computeIfAbsent(ByteBuffer.wrap(value.code()), code -> new Constant(value, v128())).variable;
    }

    /** Returns a constant address. */
    public Ptr address(int address) {
        return new Ptr(wide, new Code().u8(wide ? 0x42 : 0x41).signed(address).toBytes());
    }

    void setLocal(int local, Expression value) {
        body.raw(value.code()).u8(LOCAL_SET).unsigned(local);
    }

    public void store(Ptr address, int offset, I32 value) {
        body.raw(address.store(0x36, offset, value));
    }

    public void store(Ptr address, int offset, F32 value) {
        body.raw(address.store(0x38, offset, value));
    }

    public void store(Ptr address, int offset, V128 value) {
        body.raw(address.storeSimd(11, offset, value));
    }

    public void store8(Ptr address, int offset, I32 value) {
        body.raw(address.store(0x3a, offset, value));
    }

    public void store16(Ptr address, int offset, I32 value) {
        body.raw(address.store(0x3b, offset, value));
    }

    /** Copies bytes; the ranges may overlap. */
    public void copy(Ptr target, Ptr source, I32 bytes) {
        body.raw(target.code()).raw(source.code()).raw(address(0).plus(bytes).code());
        body.u8(0xfc).unsigned(10).u8(0).u8(0);
    }

    /** Evaluates an expression, and drops its value. */
    public void run(I32 value) {
        body.raw(value.code()).u8(0x1a);
    }

    public void returnI32(I32 value) {
        returnsI32 = true;
        body.raw(value.code()).u8(0x0f);
    }

    /** Calls a function without a result. There must be an argument for each parameter. */
    public void call(Function callee, Object... arguments) {
        for (Object argument : arguments) {
            body.raw(((Expression) argument).code());
        }
        body.u8(0x10).unsigned(callee.index);
    }

    public void ifTrue(I32 condition, Runnable then) {
        body.raw(condition.code()).u8(IF).u8(NO_VALUE);
        then.run();
        body.u8(END);
    }

    public void ifElse(I32 condition, Runnable then, Runnable otherwise) {
        body.raw(condition.code()).u8(IF).u8(NO_VALUE);
        then.run();
        body.u8(ELSE);
        otherwise.run();
        body.u8(END);
    }

    /** Runs the body while the condition holds, which is tested before each iteration. */
    public void whileTrue(I32 condition, Runnable loop) {
        body.raw(condition.code()).u8(IF).u8(NO_VALUE);
        doWhile(loop, () -> condition);
        body.u8(END);
    }

    /** Runs the body at least once. */
    public void doWhile(Runnable loop, Supplier<I32> condition) {
        body.u8(LOOP).u8(NO_VALUE);
        loop.run();
        body.raw(condition.get().code()).u8(0x0d).unsigned(0);
        body.u8(END);
    }

    /** Runs the body for values of {@code variable} from {@code from} (inclusive) to {@code to} (exclusive). */
    public void count(I32Var variable, I32 from, I32 to, int step, Runnable loop) {
        variable.set(from);
        whileTrue(variable.lt(to), () -> {
            loop.run();
            variable.set(variable.plus(step));
        });
    }

    /** Runs the case at index {@code selector}, or none if the index is out of range. */
    public void dispatch(I32 selector, List<Runnable> cases) {
        body.u8(BLOCK).u8(NO_VALUE);
        for (int i = 0; i < cases.size(); i++) {
            body.u8(BLOCK).u8(NO_VALUE);
        }
        body.raw(selector.code()).u8(0x0e).unsigned(cases.size());
        for (int i = 0; i <= cases.size(); i++) {
            body.unsigned(i);
        }
        for (int i = 0; i < cases.size(); i++) {
            body.u8(END);
            cases.get(i).run();
            body.u8(0x0c).unsigned(cases.size() - 1 - i);
        }
        body.u8(END);
    }

    String name() {
        return name;
    }

    int index() {
        return index;
    }

    boolean isExported() {
        return exported;
    }

    Code signature() {
        Code code = new Code().u8(0x60).unsigned(parameters.size());
        parameters.forEach(type -> code.u8(type.encoding));
        code.unsigned(returnsI32 ? 1 : 0);
        return returnsI32 ? code.u8(ValueType.I32.encoding) : code;
    }

    Code code() {
        Code code = new Code().unsigned(locals.size());
        locals.forEach(type -> code.unsigned(1).u8(type.encoding));
        for (Constant constant : constants.values()) {
            code.raw(constant.value.code()).u8(LOCAL_SET).unsigned(constant.variable.index());
        }
        code.raw(body.toBytes());
        if (returnsI32) {
            code.u8(0x00); // unreachable: the body returns
        }
        return code.u8(END);
    }
}
