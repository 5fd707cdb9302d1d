package io.polder.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What this process has used so far: all threads, the JIT and the collector too. */
record Usage(long cpuNanos, long wallNanos) {
    static Usage now() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Usage(system.getProcessCpuTime(), System.nanoTime());
    }
}
