package io.polder.profile;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a table's older days (of the next larger unit): they stay on disk, and in memory is what they are
 * together. The part of a day holds all its hours: an hour of such a day has no part of its own. For one thread.
 */
final class OlderParts {
    private static final Duration MERGE_EVERY = Duration.ofSeconds(30);
    /** So many parts are put together at once: each time ranks become less exact, and all of them are in memory. */
    private static final int TOGETHER = 8;

    private final PartFolder folder;
    private final TreeSet<Instant> days = new TreeSet<>();
    private @Nullable TablePart whole;
    private boolean isBehind;
    private long made;

    OlderParts(PartFolder folder) {
        this.folder = folder;
    }

    boolean isEmpty() {
        return days.isEmpty();
    }

    boolean has(TimeSlice day) {
        return days.contains(day.from());
    }

    List<Instant> days() {
        return List.copyOf(days);
    }

    /** Takes note of a part that is there. */
    void found(TimeSlice day) {
        days.add(day.from());
    }

    /** @param isUrgent whether it must be in the next {@link #whole}, and not only in one soon */
    void put(TimeSlice day, TablePart part, boolean isUrgent) throws IOException {
        folder.write(day, part);
        isBehind = true;
        if (!days.add(day.from()) || isUrgent) {
            whole = null;
        }
    }

    void remove(TimeSlice day) throws IOException {
        folder.delete(day);
        if (days.remove(day.from())) {
            whole = null;
        }
    }

    /** Takes those out that ended before. */
    void removeBefore(Instant oldest, TimeSlice.Unit unit) throws IOException {
        while (!days.isEmpty() && !new TimeSlice(unit, days.first()).to().isAfter(oldest)) {
            remove(new TimeSlice(unit, days.first()));
        }
    }

    void clear() {
        days.clear();
        whole = null;
    }

    /**
     * What they are together. While days are being looked at it is made now and then: each time costs as much as all.
     *
     * @param isDone whether no more days are to come soon
     * @param unreadable takes those whose part cannot be read
     */
    @Nullable
    TablePart whole(TimeSlice.@Nullable Unit unit, boolean isDone, List<Instant> unreadable) {
        boolean isTime = System.nanoTime() - made > MERGE_EVERY.toNanos();
        if (unit == null || days.isEmpty() || (whole != null && !(isBehind && (isDone || isTime)))) {
            return whole;
        }
        // By eights, eights of eights and so on, as a counter carries: at most seven parts of each order are in memory,
        // and each day's ranks are put together as often as there are orders, and not as there are days.
        List<List<TablePart>> orders = new ArrayList<>();
        for (Instant day : days) {
            Optional<TablePart> part = folder.read(new TimeSlice(unit, day));
            part.ifPresentOrElse(there -> carry(orders, there), () -> unreadable.add(day));
        }
        List<TablePart> left = orders.stream().flatMap(List::stream).toList();
        whole = left.isEmpty() ? null : together(left);
        made = System.nanoTime();
        isBehind = false;
        return whole;
    }

    private static void carry(List<List<TablePart>> orders, TablePart part) {
        TablePart carried = part;
        for (List<TablePart> order : orders) {
            order.add(carried);
            if (order.size() < TOGETHER) {
                return;
            }
            carried = TablePart.merged(order);
            order.clear();
        }
        orders.add(new ArrayList<>(List.of(carried)));
    }

    static TablePart together(List<TablePart> parts) {
        return parts.size() == 1 ? parts.get(0) : TablePart.merged(parts);
    }
}
