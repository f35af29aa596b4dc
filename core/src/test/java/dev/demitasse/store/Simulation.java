package dev.demitasse.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Semaphore;

/**
 * Runs threads one at a time and in an order that a seed determines, with a clock of its own: a sleep takes no time. So a run can be
 * repeated exactly, and every order of events can occur.
 */
final class Simulation {
    /** Ends the threads of a killed process. No code under test catches it. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Threads that are killed together, such as those of a tab. */
    @SuppressWarnings("JavaLangClash") // no process of the operating system is meant
    static final class Process {
        private boolean killed;
    }

    private static final class Task extends Thread {
        final Semaphore turn = new Semaphore(0);
        final Process process;
        boolean isDone;

        Task(Process process, Runnable body) {
            super(body);
            this.process = process;
        }
    }

    private record Sleep(Task task, long end) {}

    private final Random random;
    private final Semaphore controller = new Semaphore(0);
    private final List<Task> tasks = new ArrayList<>();
    private final List<Task> ready = new ArrayList<>();
    private final PriorityQueue<Sleep> sleeping = new PriorityQueue<>(Comparator.comparingLong(Sleep::end));
    private long now;
    private Task current;
    private Throwable failure;

    Simulation(long seed) {
        random = new Random(seed);
    }

    Random random() {
        return random;
    }

    long now() {
        return now;
    }

    /** Adds a thread. It runs when {@link #run} gives it a turn. */
    void start(Process process, Runnable action) {
        Task[] task = new Task[1];
        task[0] = new Task(process, () -> {
            task[0].turn.acquireUninterruptibly();
            try {
                if (!process.killed) {
                    action.run();
                }
            } catch (Killed e) {
                // The process has ended.
            } catch (Throwable e) {
                failure = failure == null ? e : failure;
            } finally {
                task[0].isDone = true;
                controller.release();
            }
        });
        task[0].setDaemon(true);
        task[0].start();
        tasks.add(task[0]);
        ready.add(task[0]);
    }

    /**
     * Runs all threads until they have ended.
     *
     * @throws AssertionError if threads wait for each other, or a thread fails
     */
    void run() {
        while (true) {
            tasks.removeIf(task -> task.isDone);
            ready.removeIf(task -> task.isDone);
            sleeping.removeIf(sleep -> sleep.task.isDone);
            if (tasks.isEmpty()) {
                break;
            }
            if (ready.isEmpty()) {
                Sleep next = sleeping.poll();
                if (next == null) {
                    throw new AssertionError(tasks.size() + " threads wait for each other");
                }
                now = Math.max(now, next.end);
                ready.add(next.task);
            }
            current = ready.remove(random.nextInt(ready.size()));
            current.turn.release();
            controller.acquireUninterruptibly();
        }
        if (failure != null) {
            throw new AssertionError("a thread has failed: " + failure, failure);
        }
    }

    private void giveUpTurn() {
        Task self = current();
        controller.release();
        self.turn.acquireUninterruptibly();
        if (self.process.killed) {
            throw new Killed();
        }
    }

    private Task current() {
        if (Thread.currentThread() != current) {
            throw new IllegalStateException("only threads of the simulation can wait");
        }
        return current;
    }

    /** Lets other threads run for a time. */
    void sleep(long milliseconds) {
        sleeping.add(new Sleep(current(), now + milliseconds));
        giveUpTurn();
    }

    /** Lets other threads run, as an asynchronous operation does. */
    void step() {
        if (random.nextInt(4) == 0) {
            sleep(random.nextInt(20));
        } else {
            ready.add(current());
            giveUpTurn();
        }
    }

    /** Ends all threads of a process, except the current one, at the point where they wait. */
    void kill(Process process) {
        process.killed = true;
        for (Task task : tasks) {
            if (task.process == process && task != current && !ready.contains(task)) {
                ready.add(task);
            }
        }
    }

    Platform.Condition condition() {
        return new Platform.Condition() {
            private final List<Task> waiting = new ArrayList<>();

            @Override
            public void await() {
                waiting.add(current());
                giveUpTurn();
            }

            @Override
            public void fire() {
                for (Task task : waiting) {
                    if (!task.isDone && !ready.contains(task)) {
                        ready.add(task);
                    }
                }
                waiting.clear();
            }
        };
    }
}
