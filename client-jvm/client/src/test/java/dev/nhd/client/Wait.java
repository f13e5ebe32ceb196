package dev.nhd.client;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;

/** Waits for what cannot be awaited, for a bounded time. */
public final class Wait {
    private static final long INTERVAL_MILLIS = 10;

    private Wait() {}

    public static void until(String what, Duration limit, Callable<Boolean> test) throws Exception {
        Instant deadline = Instant.now().plus(limit);
        while (!test.call()) {
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("not within " + limit.toSeconds() + " s: " + what);
            }
            Thread.sleep(INTERVAL_MILLIS);
        }
    }
}
