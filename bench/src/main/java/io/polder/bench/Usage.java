package io.polder.bench;

import java.time.Duration;

/** What this process has used so far: all threads, the JIT and the collector too. */
record Usage(long cpuNanos, long wallNanos) {
    static Usage now() {
        Duration cpu = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return new Usage(cpu.toNanos(), System.nanoTime());
    }

    Usage plus(Usage more) {
        return new Usage(cpuNanos + more.cpuNanos, wallNanos + more.wallNanos);
    }

    Usage minus(Usage earlier) {
        return new Usage(cpuNanos - earlier.cpuNanos, wallNanos - earlier.wallNanos);
    }
}
