package dev.demitasse.web;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.MemoryEstimate;
import dev.demitasse.plan.Plan;

/**
 * A device that can run a model.
 *
 * @param kind {@code webgpu} or {@code cpu}
 * @param threads that compute; 0 on a GPU
 * @param reason why it was chosen
 */
record Placement(String kind, int threads, String reason, Backends backends, Pace pace) {
    /** Makes backends, and tells what they need. */
    interface Backends extends Backend.Factory {
        MemoryEstimate memory(Plan plan, int contextLength);
    }

    /** Keeps bytes from coming faster than the device takes them. */
    interface Pace {
        /** Runs the action when more bytes may come; never if the device has failed. */
        void taken(int bytes, Runnable next);

        /** Runs the action when the device has taken all bytes; never if it has failed. */
        void ended(Runnable action);
    }

    /** Hears why a device can't run the model; perhaps more than once. */
    interface Failure {
        void because(String reason);
    }

    /** For a device that does at once what it is told, and throws where it can't. */
    static final Pace IMMEDIATE = new Pace() {
        @Override
        public void taken(int bytes, Runnable next) {
            next.run();
        }

        @Override
        public void ended(Runnable action) {
            action.run();
        }
    };
}
