package dev.demitasse.huggingface;

import java.nio.ByteBuffer;

/**
 * Brings the rows of q and k, a head at a time, from the order of RoPE by halves to that of interleaved RoPE: row {@code i} of a
 * head's first half becomes row {@code 2i}, row {@code i} of its second half row {@code 2i + 1}.
 */
final class HeadPermutation implements Conversion {
    private final int rowBytes;
    private final int half;
    private final Collector head;
    private final Conversion next;

    /** @param headSize rows of a head; even */
    HeadPermutation(int headSize, int rowBytes, Conversion next) {
        this.rowBytes = rowBytes;
        this.next = next;
        half = headSize / 2;
        head = new Collector(Math.multiplyExact(headSize, rowBytes));
    }

    @Override
    public void accept(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            head.take(bytes);
            if (head.isFull()) {
                for (int i = 0; i < half; i++) {
                    next.accept(row(i));
                    next.accept(row(half + i));
                }
                head.restart();
            }
        }
    }

    private ByteBuffer row(int row) {
        return head.bytes().duplicate().position(row * rowBytes).limit((row + 1) * rowBytes);
    }
}
