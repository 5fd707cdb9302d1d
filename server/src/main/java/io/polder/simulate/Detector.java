package io.polder.simulate;

import org.jspecify.annotations.Nullable;

/**
 * A point with what was made of its real minute.
 *
 * @param carriageway the one it lies on; null on slip roads, where no queues are made up
 * @param place kilometres of travel; 0 without a carriageway
 * @param inbound 1 when travel goes straight towards a city, -1 when away from it, 0 when neither
 * @param freeSpeed of cars on an empty road, km/h
 * @param slowing the share of its speed that a lane loses at the busiest hour without any queue
 * @param rates vehicles a minute of classes 2 to 5 when the rhythm is 1
 * @param steepness how strongly the lane follows the rhythm: left lanes empty first
 * @param isPeakLane whether it is open in rush hours only
 * @param isFast whether it is a left lane on a fast road
 * @param key what its chance is drawn by
 */
record Detector(
        Point point,
        @Nullable Carriageway carriageway,
        double place,
        double inbound,
        double freeSpeed,
        double slowing,
        double[] rates,
        double steepness,
        boolean isPeakLane,
        boolean isFast,
        long key) {}
