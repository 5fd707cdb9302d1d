package io.polder.simulate;

/**
 * A queue on a carriageway, from when it forms until it is gone.
 *
 * <p>Places are kilometres in the direction of travel. The head of a queue at a bottleneck stays where it is; the tail grows
 * upstream while more arrive than leave, and comes back when demand falls. The queue behind an incident grows upstream at a
 * rate that demand sets; when the road is clear again its head dissolves upstream too, at the speed at which standing
 * traffic starts, until it meets the tail. Within a queue, waves of stop and go travel upstream at {@link #WAVE_KMH}.
 * This is kinematic-wave theory (Lighthill and Whitham 1955, Richards 1956) with a triangular relation of flow and density
 * (Newell 1993), told in closed form so that any minute can be computed by itself.
 *
 * @param head where it begins, in kilometres of travel
 * @param start local minute in which it forms
 * @param end local minute in which it is gone (bottleneck), or in which the road is clear again (incident)
 * @param length the most that it reaches upstream, in kilometres
 * @param speed mean speed within, km/h
 * @param growth how fast the tail of an incident's queue moves upstream, km/h; 0 for a bottleneck
 * @param key for the noise within
 */
record Jam(double head, double start, double end, double length, double speed, double growth, long key) {
    /** How fast waves within a queue and the head of a dissolving one travel upstream, km/h. */
    static final double WAVE_KMH = 17;

    private static final double WAVE_MINUTES = 8;

    boolean isActive(long localMinute) {
        return localMinute >= start && dissolved(localMinute) < reach(localMinute);
    }

    /** From 0 outside the queue to 1 inside, for a place in kilometres of travel. */
    double presence(double place, long localMinute) {
        double upstream = head - place;
        if (upstream < -1 || upstream > length + 1) {
            return 0;
        }
        double tail = reach(localMinute);
        double front = dissolved(localMinute);
        return Noise.step((upstream - front + 0.4) / 0.8)
                * Noise.step((tail - upstream + 0.3) / 0.6)
                * Noise.step((tail - front) / 0.6);
    }

    /** The speed of those in the queue at a place, km/h. */
    double speedAt(double place, long localMinute) {
        double phase = (localMinute - (head - place) * 60 / WAVE_KMH) / WAVE_MINUTES;
        return Math.max(4, speed * (1 + 0.55 * Noise.curve(key, phase)));
    }

    /** How much of the demand an incident lets through to a place: less than 1 just downstream while it blocks lanes. */
    double letsThrough(double place, long localMinute) {
        double downstream = place - head;
        if (growth <= 0 || localMinute > end || downstream < 0 || downstream > 6) {
            return 1;
        }
        return 1 - 0.4 * Noise.step((6 - downstream) / 3);
    }

    /** How far upstream the tail is, in kilometres from the head's first place. */
    private double reach(long localMinute) {
        if (growth > 0) {
            return Math.min(length, growth * (localMinute - start) / 60);
        }
        double share = (localMinute - start) / (end - start);
        return share <= 0.5 ? length * Noise.step(share * 2) : length * Noise.step((1 - share) * 2);
    }

    /** How far upstream the head has dissolved. */
    private double dissolved(long localMinute) {
        return growth > 0 && localMinute > end ? WAVE_KMH * (localMinute - end) / 60 : 0;
    }
}
