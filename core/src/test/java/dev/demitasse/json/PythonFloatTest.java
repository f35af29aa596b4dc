package dev.demitasse.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PythonFloatTest {
    /** Each text is the {@code repr} of its own value in Python 3.11. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0",
                "-0.0",
                "1.0",
                "100.0",
                "-2.5",
                "0.1",
                "0.0001",
                "1e-05",
                "1.5e-07",
                "123456789.125",
                "1e+16",
                "1000000000000000.0",
                "9999999999999998.0",
                "1.7976931348623157e+308",
                "1e+22",
                "1.2345e+100",
                "0.001234",
                "3.141592653589793",
                "2.829692710670175e+16",
                "2.001599834386887e+17",
                "8.41e+21",
                "2e+23",
                "2.2250738585072014e-308",
                "2e-323",
                "5e-324"
            })
    void printsAsPythonDoes(String repr) {
        assertEquals(repr, PythonFloat.repr(Double.parseDouble(repr)));
    }
}
