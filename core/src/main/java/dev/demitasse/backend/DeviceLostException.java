package dev.demitasse.backend;

/** The device that a backend computes on is gone, and with it weights and KV cache; the message says why. */
public final class DeviceLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeviceLostException(String reason) {
        super(reason);
    }
}
