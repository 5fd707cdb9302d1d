package io.polder.simulate;

/**
 * A measurement point (one lane) as the real configuration has it, with its reading in the real minute.
 *
 * @param uid the feed's {@code unieke_id}
 * @param descriptiveId the feed's {@code beschrijvende_id}; not unique
 * @param unit number of the local processing unit ({@code lve_nr})
 * @param ident the carriageway or slip road ({@code Ident_8})
 * @param km the kilometre point; NaN when unknown
 * @param lane {@code R10} the rightmost, rising to the left; see the schema of the configuration for others
 * @param latitude WGS84 degrees; NaN when unknown
 * @param longitude likewise
 * @param hasLocalClock whether its unit writes the time of change with the offset of summer time
 */
record Point(
        long uid,
        String descriptiveId,
        int unit,
        String name,
        String ident,
        double km,
        String lane,
        double latitude,
        double longitude,
        boolean hasLocalClock,
        Reading real) {
    /** Whether it lies on a carriageway, not on a slip road or interchange. */
    boolean isMain() {
        return ident.endsWith("0001") || ident.endsWith("0002");
    }
}
