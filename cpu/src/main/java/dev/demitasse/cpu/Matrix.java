package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.plan.Weight;

/**
 * Rows of a tensor as one operand in memory.
 *
 * @param firstRow of the tensor
 * @param address of the first panel
 */
record Matrix(Weight weight, int firstRow, int rows, Packing packing, long address) {
    int columns() {
        return weight.columns();
    }

    /** Bytes of a panel's rows before they are packed. */
    int rawPanelBytes() {
        return Packing.PANEL_ROWS * rawRowBytes();
    }

    int rawRowBytes() {
        return (int) packing.type().bytes(columns());
    }
}
