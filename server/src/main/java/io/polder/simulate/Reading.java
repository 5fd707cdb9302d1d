package io.polder.simulate;

/**
 * What the feed says of one point. Arrays have one element per vehicle class, 1 to 5, and are not changed.
 *
 * @param observed start of the minute, seconds since 1970-01-01T00:00Z
 * @param modified when the reading changed, likewise
 * @param current 1 when the observation is younger than about three minutes
 * @param valid 0 regular, 1 irregular, 2 extreme, 3 extreme through failure
 * @param speeds arithmetic mean in km/h; 0 without vehicles
 * @param harmonics harmonic mean in km/h; 251 initial, 252 no vehicles, 254 cannot be calculated
 * @param occupancy percent
 * @param availability percent
 * @param variance of all vehicles' speeds
 */
record Reading(
        long observed,
        long modified,
        int current,
        int available,
        int defect,
        int valid,
        int[] counts,
        int[] speeds,
        int[] harmonics,
        int occupancy,
        int availability,
        int variance) {
    static final int CLASSES = 5;
    static final int INITIAL = 251;
    static final int NO_VEHICLES = 252;
    static final int NOT_CALCULABLE = 254;

    Reading at(long newObserved, long newModified) {
        return new Reading(
                newObserved,
                newModified,
                current,
                available,
                defect,
                valid,
                counts,
                speeds,
                harmonics,
                occupancy,
                availability,
                variance);
    }

    /** Vehicles of the classes that count: 2 to 5. */
    int vehicles() {
        return counts[1] + counts[2] + counts[3] + counts[4];
    }
}
