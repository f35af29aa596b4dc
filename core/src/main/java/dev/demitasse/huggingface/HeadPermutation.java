package dev.demitasse.huggingface;

import java.nio.ByteBuffer;

/**
 * Reorders the rows of q and k from NeoX RoPE to interleaved RoPE, a head at a time: row {@code i} of a head's first half becomes row
 * {@code 2i}, row {@code i} of its second half becomes row {@code 2i + 1}.
 */
final class HeadPermutation implements Conversion {
    private final int headSize;
    private final int rowBytes;
    private final Collector head;
    private final Conversion next;

    /**
     * Creates a conversion of rows of {@code rowBytes} bytes.
     *
     * @param headSize number of rows of a head, even
     */
    HeadPermutation(int headSize, int rowBytes, Conversion next) {
        this.headSize = headSize;
        this.rowBytes = rowBytes;
        this.next = next;
        head = new Collector(Math.multiplyExact(headSize, rowBytes));
    }

    @Override
    public void accept(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            head.take(bytes);
            if (head.isFull()) {
                next.accept(ByteBuffer.wrap(permuted()));
                head.restart();
            }
        }
    }

    private byte[] permuted() {
        byte[] permuted = new byte[headSize * rowBytes];
        int half = headSize / 2;
        for (int row = 0; row < headSize; row++) {
            int place = row < half ? 2 * row : 2 * (row - half) + 1;
            System.arraycopy(head.bytes(), row * rowBytes, permuted, place * rowBytes, rowBytes);
        }
        return permuted;
    }
}
