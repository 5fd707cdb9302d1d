package io.polder.profile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonGeneratorDecorator;
import com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import java.io.IOException;

/** Writes numbers that JSON does not have, NaN and the infinities, as null; a text that reads so stays a text. */
final class FiniteJson implements JsonGeneratorDecorator {
    static JsonFactory factory() {
        return JsonFactory.builder().addDecorator(new FiniteJson()).build();
    }

    @Override
    public JsonGenerator decorate(JsonFactory factory, JsonGenerator generator) {
        return new JsonGeneratorDelegate(generator) {
            @Override
            public void writeNumber(double number) throws IOException {
                if (Double.isFinite(number)) {
                    super.writeNumber(number);
                } else {
                    writeNull();
                }
            }

            @Override
            public void writeArray(double[] numbers, int offset, int length) throws IOException {
                writeStartArray();
                for (int at = offset; at < offset + length; at++) {
                    writeNumber(numbers[at]);
                }
                writeEndArray();
            }
        };
    }
}
