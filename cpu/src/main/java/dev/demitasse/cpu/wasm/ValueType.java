package dev.demitasse.cpu.wasm;

/** The types of values, with their encoding (WebAssembly specification 3.0, 5.3). */
enum ValueType {
    I32(0x7f),
    I64(0x7e),
    F32(0x7d),
    F64(0x7c),
    V128(0x7b);

    final int encoding;

    ValueType(int encoding) {
        this.encoding = encoding;
    }
}
