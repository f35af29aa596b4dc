package dev.demitasse.cpu.wasm;

/** Instructions that leave one value on the stack. They are repeated at each use; a variable keeps the value. */
abstract class Expression {
    static final int SIMD = 0xfd;
    static final int ATOMIC = 0xfe;

    private final byte[] code;

    Expression(byte[] code) {
        this.code = code;
    }

    final byte[] code() {
        return code;
    }

    /** Returns the code of operands and a one-byte instruction. */
    static byte[] op(int opcode, Expression... operands) {
        return operands(operands).u8(opcode).toBytes();
    }

    /** Returns the code of operands and an instruction with a prefix byte. */
    static byte[] prefixed(int prefix, int opcode, Expression... operands) {
        return operands(operands).u8(prefix).unsigned(opcode).toBytes();
    }

    static Code operands(Expression... operands) {
        Code code = new Code();
        for (Expression operand : operands) {
            code.raw(operand.code);
        }
        return code;
    }

    static byte[] local(int index) {
        return new Code().u8(0x20).unsigned(index).toBytes();
    }
}
