package io.polder.superset;

import java.util.Map;

/**
 * A chart of the dashboard.
 *
 * @param title as people read it; one mart has no two with the same
 * @param dataset the table or view that it shows
 * @param kind Superset's {@code viz_type}
 * @param form what Superset's editor of charts shows of it
 * @param query what is asked of the database when the chart is drawn
 * @param isTimed whether the dashboard's time range applies
 * @param columns how wide it is, of the dashboard's twelve
 */
record Chart(
        String title,
        String dataset,
        String kind,
        Map<String, Object> form,
        Map<String, Object> query,
        boolean isTimed,
        int columns) {}
