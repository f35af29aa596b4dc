package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.plan.Weight;

/**
 * A range of a tensor's rows, packed as one operand.
 *
 * @param firstRow first row in the tensor
 * @param address address of the first panel
 */
record Matrix(Weight weight, int firstRow, int rows, Packing packing, long address) {
    int columns() {
        return weight.columns();
    }

    /** Returns the bytes of a panel's rows before they are packed. */
    int rawPanelBytes() {
        return Packing.PANEL_ROWS * rawRowBytes();
    }

    int rawRowBytes() {
        return (int) packing.type().bytes(columns());
    }
}
