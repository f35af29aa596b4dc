package dev.demitasse.bench.peers;

import dev.demitasse.e2e.Chromium;
import java.util.List;

/** What the engines of a page compute on. */
enum Device {
    CPU("cpu", List.of()),
    /** WebGPU's adapter that computes on the CPU. */
    SOFTWARE_GPU("webgpu", Chromium.SOFTWARE_WEBGPU),
    /** The GPU that WebGPU finds. */
    GPU("webgpu", List.of());

    private final String option;
    private final List<String> arguments;

    Device(String option, List<String> arguments) {
        this.option = option;
        this.arguments = arguments;
    }

    /** Its name among the options with which engines load. */
    String option() {
        return option;
    }

    /** How Chromium is started. */
    List<String> arguments() {
        return Chromium.arguments(arguments);
    }

    /** Whether llama.cpp, which computes on the CPU, is worth measuring beside. */
    boolean isCpu() {
        return this == CPU;
    }
}
