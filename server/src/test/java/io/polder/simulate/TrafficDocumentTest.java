package io.polder.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;

class TrafficDocumentTest {
    private static final MivSimulator SIMULATOR = new MivSimulator(MivSimulatorTest.REAL, 1, MivSimulatorTest.BEGAN);

    @Test
    void isValidAgainstTheOfficialSchema() throws Exception {
        byte[] document = document(MivSimulatorTest.minute("2025-07-03T16:20"));

        assertThat(document.length).isBetween(8_000_000, 10_000_000);
        try (InputStream schema = getClass().getResourceAsStream("miv-verkeersdata.xsd")) {
            var validator = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                    .newSchema(new StreamSource(schema))
                    .newValidator();
            assertThatCode(() -> validator.validate(new StreamSource(new ByteArrayInputStream(document))))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void isValidInWinterAndAtNightToo() throws Exception {
        byte[] document = document(MivSimulatorTest.minute("2025-01-12T03:00"));

        assertThat(new String(document, StandardCharsets.UTF_8)).contains("klasse_id=\"5\"");
        try (InputStream schema = getClass().getResourceAsStream("miv-verkeersdata.xsd")) {
            var validator = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                    .newSchema(new StreamSource(schema))
                    .newValidator();
            assertThatCode(() -> validator.validate(new StreamSource(new ByteArrayInputStream(document))))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void theConfigurationIsValidAgainstTheOfficialSchema() throws Exception {
        try (InputStream schema = getClass().getResourceAsStream("miv-config.xsd")) {
            var validator = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                    .newSchema(new StreamSource(schema))
                    .newValidator();
            assertThatCode(() ->
                            validator.validate(new StreamSource(new ByteArrayInputStream(RealMinute.configuration()))))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void theRealMinuteIsWrittenAsItCame() throws IOException {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        RealMinute real = MivSimulatorTest.REAL;
        List<Reading> readings = real.points().stream().map(Point::real).toList();
        new TrafficDocument(written).write(real, real.minute(), SIMULATOR.detectors(), readings);
        String original;
        try (InputStream file =
                new GZIPInputStream(getClass().getResourceAsStream("verkeersdata-20170427T1439.xml.gz"))) {
            original = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }

        assertThat(withoutTimesOfWriting(written.toString(StandardCharsets.UTF_8)))
                .isEqualTo("\uFEFF" + withoutTimesOfWriting(original));
    }

    @Test
    void timesOfObservationAreAtUtcPlusOneInSummer() throws IOException {
        String document = new String(document(MivSimulatorTest.minute("2025-07-03T16:20")), StandardCharsets.UTF_8);

        assertThat(document).startsWith("\uFEFF<?xml");
        assertThat(Pattern.compile("<tijd_waarneming>[^<]*\\+01:00<")
                        .matcher(document)
                        .results()
                        .count())
                .isEqualTo(4_254);
        assertThat(Pattern.compile("<tijd_waarneming>2025-07-03T15:20:00\\+01:00<")
                        .matcher(document)
                        .results()
                        .count())
                .isEqualTo(4_176);
        assertThat(Pattern.compile("<tijd_laatst_gewijzigd>2025-07-03T16:21:00\\+02:00<")
                        .matcher(document)
                        .results()
                        .count())
                .isEqualTo(52);
    }

    private static byte[] document(long minute) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new TrafficDocument(out)
                .write(
                        SIMULATOR.real(),
                        minute,
                        SIMULATOR.detectors(),
                        SIMULATOR.minute(minute, SIMULATOR.detectors()));
        return out.toByteArray();
    }

    private static String withoutTimesOfWriting(String document) {
        return document.replaceAll("<(tijd_publicatie|tijd_laatst_gewijzigd)>[^<]*<", "<$1><")
                .strip();
    }
}
