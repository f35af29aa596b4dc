package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.AddressField;
import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.cpu.layout.EnumField;
import dev.demitasse.cpu.layout.FloatField;
import dev.demitasse.cpu.layout.IntField;
import dev.demitasse.cpu.wasm.F32;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.Ptr;

/**
 * A pointer to a struct of typed fields: a {@link Command} or the {@link Control} block.
 *
 * @param address of the struct's first byte
 */
record StructPtr(Ptr address) {
    I32 i32(EnumField<?> field) {
        return address.i32(field.offset());
    }

    /** Tests whether a field has a value. */
    <E extends Enum<E>> I32 is(EnumField<E> field, E value) {
        return i32(field).eq(I32.of(field.code(value)));
    }

    /** Tests whether a field has another value. */
    <E extends Enum<E>> I32 isNot(EnumField<E> field, E value) {
        return i32(field).ne(I32.of(field.code(value)));
    }

    I32 i32(IntField field) {
        return address.i32(field.offset());
    }

    F32 f32(FloatField field) {
        return address.f32(field.offset());
    }

    Ptr ptr(AddressField field) {
        return address.ptr(field.offset());
    }

    void store(Function f, IntField field, I32 value) {
        f.store(address, field.offset(), value);
    }

    I32 atomicI32(IntField field) {
        return address.atomicI32(field.offset());
    }

    I32 atomicAdd(IntField field, I32 value) {
        return address.atomicAdd(field.offset(), value);
    }

    I32 compareExchange(IntField field, I32 expected, I32 replacement) {
        return address.compareExchange(field.offset(), expected, replacement);
    }

    I32 notifyAll(IntField field) {
        return address.notifyAll(field.offset());
    }

    I32 waitWhile(IntField field, I32 expected) {
        return address.waitWhile(field.offset(), expected);
    }
}
