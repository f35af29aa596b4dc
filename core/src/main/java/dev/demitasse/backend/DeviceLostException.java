package dev.demitasse.backend;

/** Thrown if the device of a backend was lost, with its weights and KV cache. The message is the reason. */
public final class DeviceLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeviceLostException(String reason) {
        super(reason);
    }
}
