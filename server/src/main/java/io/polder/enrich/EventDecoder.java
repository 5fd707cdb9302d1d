package io.polder.enrich;

import io.polder.config.Feed;
import io.polder.format.Decoder;
import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.Schema;
import org.jspecify.annotations.Nullable;

/** Decodes the events of one feed into the columns of its topic. For one thread. */
final class EventDecoder {
    private final Feed feed;
    private final Decoder decoder;
    private final @Nullable Columns own;
    private final int[] places;

    EventDecoder(Feed feed, Schema topic) {
        this.feed = feed;
        decoder = feed.format().decoder();
        Schema schema = feed.format().schema();
        places = new int[schema.size()];
        boolean isSame = schema.size() == topic.size();
        for (int index = 0; index < places.length; index++) {
            places[index] = topic.indexOf(schema.fields().get(index).name());
            isSame &= places[index] == index;
        }
        own = isSame ? null : new Columns(schema, 16);
    }

    Feed feed() {
        return feed;
    }

    /** As {@link Decoder#decode}, into the topic's columns. */
    @Nullable
    String decode(byte[] value, byte[] context, Columns into) {
        if (own == null) {
            return decoder.decode(value, 0, value.length, context, into);
        }
        String refusal = decoder.decode(value, 0, value.length, context, own);
        if (refusal == null) {
            copy(own, into);
            own.clear();
        }
        return refusal;
    }

    private void copy(Columns from, Columns into) {
        for (int column = 0; column < places.length; column++) {
            if (from.isNull(column, 0)) {
                continue;
            }
            Field field = from.schema().fields().get(column);
            switch (field.type()) {
                case VARCHAR -> into.setText(places[column], from.texts(column)[0]);
                case DOUBLE -> into.setDouble(places[column], from.doubles(column)[0]);
                case BOOLEAN, INTEGER, BIGINT, TIMESTAMP, DATE -> into.setLong(places[column], from.longs(column)[0]);
            }
        }
        into.endRow();
    }
}
