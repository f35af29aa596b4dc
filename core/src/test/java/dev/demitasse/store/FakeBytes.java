package dev.demitasse.store;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes in a Java array. */
record FakeBytes(byte[] array) implements Bytes {
    @Override
    public int length() {
        return array.length;
    }

    @Override
    public Bytes slice(int from, int count) {
        return new FakeBytes(Arrays.copyOfRange(array, from, from + count));
    }

    @Override
    public void feed(Chunk.Target target) {
        target.accept(ByteBuffer.wrap(array));
    }

    @Override
    public Bytes copy() {
        return new FakeBytes(array.clone());
    }

    @Override
    public void copyTo(byte[] target, int at) {
        System.arraycopy(array, 0, target, at, array.length);
    }
}
