package io.polder.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of columns and rows together. */
class AcrossColumnsTest {
    @TempDir
    Path folder;

    /** The values are those of the Python package phik 0.12.5 for Age and Fare as interval variables. */
    @Test
    void phiKOfTheTitanicIsThatOfItsAuthors() throws Exception {
        Profile profile = profile(resource("titanic.csv"), List.of());

        assertThat(phiK(profile, "Survived", "Pclass")).isCloseTo(0.205464, within(2e-5));
        assertThat(phiK(profile, "Pclass", "Age")).isCloseTo(0.409334, within(2e-5));
        assertThat(phiK(profile, "Pclass", "Fare")).isCloseTo(0.588122, within(2e-5));
        assertThat(phiK(profile, "Pclass", "Embarked")).isCloseTo(0.584054, within(2e-5));
        assertThat(phiK(profile, "Age", "Fare")).isCloseTo(0.166983, within(2e-5));
        assertThat(phiK(profile, "Fare", "Embarked")).isCloseTo(0.280664, within(2e-5));
    }

    private static double phiK(Profile profile, String first, String second) {
        return profile.associations().stream()
                .filter(each -> each.measure().equals("phiK")
                        && each.first().equals(first)
                        && each.second().equals(second))
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Test
    void whereValuesAreMissingIsShownInBandsAndAsATree() throws Exception {
        StringBuilder csv = new StringBuilder("a,b,c,d\n");
        for (int row = 0; row < 200; row++) {
            csv.append(row).append(row < 100 ? ",," : ",1,2").append(row % 10 == 0 ? ",\n" : ",3\n");
        }

        Profile.Missingness missing =
                profile(file("missing.csv", csv.toString()), List.of()).missingness();

        assertThat(missing.columns()).containsExactly("b", "c", "d");
        assertThat(missing.bands()).hasSize(50);
        assertThat(missing.bands().get(0).from()).isEqualTo(1);
        assertThat(missing.bands().get(49).to()).isEqualTo(200);
        assertThat(missing.bands().get(0).missing().subList(0, 2)).containsExactly(1.0, 1.0);
        assertThat(missing.bands().get(49).missing().subList(0, 2)).containsExactly(0.0, 0.0);
        assertThat(missing.tree().get(0)).isEqualTo(new Profile.Merge(0, 1, 0));
        assertThat(missing.tree().get(1).distance()).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void declaredKeyIsHeldAgainstTheRows() throws Exception {
        Path file = file("keys.csv", "a,b,c\n1,x,1\n1,y,2\n2,x,3\n1,x,4\n,z,5\n");

        List<Profile.DeclaredKey> keys =
                profile(file, List.of(List.of("a", "b"), List.of("c"))).declaredKeys();

        assertThat(keys)
                .containsExactly(
                        new Profile.DeclaredKey(List.of("a", "b"), false, 1, 1, List.of(List.of(1L, 4L))),
                        new Profile.DeclaredKey(List.of("c"), true, 0, 0, List.of()));
        assertThatThrownBy(() -> profile(file, List.of(List.of("a", "bb"))))
                .isInstanceOf(PolderException.class)
                .hasMessageContaining("'bb'")
                .hasMessageContaining("did you mean 'b'");
    }

    @Test
    void rowsThatDifferInTheSpellingAloneAreFound() throws Exception {
        Random random = new Random(1);
        StringBuilder csv = new StringBuilder("id,name,street,city,amount\n");
        for (int row = 0; row < 300; row++) {
            csv.append(row + 1000)
                    .append(",Person ")
                    .append(Integer.toString(random.nextInt(1 << 30), 36))
                    .append(",Kerkstraat ")
                    .append(row)
                    .append(row % 2 == 0 ? ",Gent," : ",Brugge,")
                    .append(row % 7)
                    .append('\n');
        }
        csv.append("2000,Jan Janssens,Dorpsstraat 1,Gent,5\n");
        csv.append("2001,JAN  JANSSENS,Dorpsstraat 1,Gent,5\n");
        csv.append("2002,Marie Peeters,Molenweg 77,Brugge,6\n");
        csv.append("2003,Marie Peetres,Molenweg 77,Brugge,6\n");
        csv.append("2004,Marie Peeters,Molenweg 78,Brugge,6\n");

        Profile.NearDuplicates near = profile(file("people.csv", csv.toString()), List.of(), Set.of("name"), false)
                .nearDuplicates();

        assertThat(near.rows()).isEqualTo(305);
        assertThat(near.without()).contains("id");
        assertThat(near.pairs()).isEqualTo(2);
    }

    @Test
    void whatCountsIsNoSpelling() {
        assertThat(Texts.isNear("Abee North (a)", "Abee North (b)")).isFalse();
        assertThat(Texts.isNear("Elephant Moraine I", "Elephant Moraine II")).isFalse();
        assertThat(Texts.isNear("Elephant Moraine", "Elefant Moraine")).isTrue();
        List<Profile.Top> values = List.of(
                new Profile.Top("L/LL5/6", 200),
                new Profile.Top("Eucrite-mmict", 100),
                new Profile.Top("L/LL5-6", 1),
                new Profile.Top("Eucrite_mmict", 1));
        assertThat(Texts.typos(values)).extracting(Profile.Typo::value).containsExactly("Eucrite_mmict");
    }

    @Test
    void numbersOutOfSeasonAreFoundWhereTheWholeHidesThem() throws Exception {
        Random random = new Random(2);
        StringBuilder csv = new StringBuilder("time,speed\n");
        LocalDateTime time = LocalDateTime.parse("2024-01-01T00:00");
        int odd = 0;
        for (int hour = 0; hour < 24 * 7 * 12; hour++) {
            LocalDateTime at = time.plusHours(hour);
            boolean isRush = at.getHour() == 8 && at.getDayOfWeek().getValue() < 6;
            double speed = (isRush ? 30 : 100) + random.nextGaussian();
            if (hour == 24 * 7 * 6 + 8) {
                speed = 100; // A Monday at eight without a jam: not far from all others, but from these.
                odd = hour + 1;
            }
            csv.append(at).append(',').append(speed).append('\n');
        }

        Profile.Seasonal seasonal = profile(file("speeds.csv", csv.toString()), List.of()).seasonal().stream()
                .filter(each -> each.column().equals("speed"))
                .findFirst()
                .orElseThrow();

        assertThat(seasonal.by()).isEqualTo("weekday and hour");
        assertThat(seasonal.judged()).isEqualTo(24 * 7 * 12);
        assertThat(seasonal.examples().get(0).row()).isEqualTo(odd);
        assertThat(seasonal.examples().get(0).usual()).isBetween(28.0, 32.0);
    }

    @Test
    void onePairIsOneQuestion() throws Exception {
        StringBuilder csv = new StringBuilder("postcode,city\n");
        for (int row = 0; row < 100; row++) {
            csv.append(row % 2 == 0 ? "9000,Gent\n" : "8000,Brugge\n");
        }
        csv.append("9000,Brugge\n");
        Path file = file("pair.csv", csv.toString());

        Pair pair = withFile(file, bench -> Pair.ask(bench, "postcode", "city", List.of(), Set.of(), 10));

        assertThat(pair.forward().violations()).isEqualTo(1);
        assertThat(pair.forward().examples()).containsExactly(101L);
        assertThat(pair.forward().error()).isCloseTo(1 / 101.0, within(1e-12));
        assertThat(pair.forward().guess()).isCloseTo(50 / 101.0, within(1e-12));
        assertThat(pair.sentences().get(0)).startsWith("Who knows postcode knows city in 99 % of the rows");
        assertThat(pair.measures()).containsKey("phiK");
        assertThatThrownBy(() -> withFile(file, bench -> Pair.ask(bench, "postcode", "cty", List.of(), Set.of(), 10)))
                .hasMessageContaining("did you mean 'city'");
    }

    @Test
    void ofAPersonalColumnAPairNamesNoRow() throws Exception {
        StringBuilder csv = new StringBuilder("nick,city\n");
        for (int row = 0; row < 101; row++) {
            csv.append(row % 2 == 0 ? "jo,Gent\n" : "an,Brugge\n");
        }
        Path file = file("nick.csv", csv.append("jo,Brugge\n").toString());

        Pair pair = withFile(file, bench -> Pair.ask(bench, "nick", "city", List.of(), Set.of("nick"), 10));

        assertThat(pair.forward().violations()).isZero();
        assertThat(pair.forward().examples()).isEmpty();
        assertThat(pair.forward().error()).isEqualTo(0.01);
        assertThat(pair.sentences().get(0)).contains("in 99 % of the rows").contains("It breaks in few rows.");
    }

    @Test
    void columnsWhoseValuesAreAnothersAreFoundWithTheirSizes() throws Exception {
        StringBuilder orders = new StringBuilder("order,customer,city\n");
        StringBuilder customers = new StringBuilder("id,name\n");
        for (int row = 0; row < 40; row++) {
            customers.append("C").append(row).append(",name").append(row).append('\n');
            orders.append(row).append(",C").append(row % 25).append(",Gent\n");
        }
        orders.append("99,C999,Gent\n");

        List<Inclusions.Inclusion> found;
        try (Workbench bench = open()) {
            Inclusions inclusions = new Inclusions(bench, List.of(), Set.of());
            for (Path file :
                    List.of(file("orders.csv", orders.toString()), file("customers.csv", customers.toString()))) {
                FileSource.read(bench, file.toString(), FileSource.Told.NOTHING);
                inclusions.add(String.valueOf(file.getFileName()));
            }
            found = inclusions.find();
        }

        assertThat(found)
                .containsExactly(new Inclusions.Inclusion(
                        "orders.csv", "customer", "customers.csv", "id", 26, 40, 1, true, "", List.of("C999")));
    }

    private interface Use<T> {
        T with(Workbench bench);
    }

    private <T> T withFile(Path file, Use<T> use) {
        try (Workbench bench = open()) {
            FileSource.read(bench, file.toString(), FileSource.Told.NOTHING);
            return use.with(bench);
        }
    }

    private Workbench open() {
        return Workbench.open(new Workbench.Settings(256L << 20, 1, folder.resolve("work")));
    }

    private Profile profile(Path file, List<List<String>> keys) {
        return profile(file, keys, Set.of(), true);
    }

    private Profile profile(Path file, List<List<String>> keys, Set<String> personal, boolean hasDependencies) {
        try (Workbench bench = open()) {
            Profile.Source source = FileSource.read(bench, file.toString(), FileSource.Told.NOTHING);
            return Profiler.profile(
                    bench,
                    String.valueOf(file.getFileName()),
                    source,
                    new Profiler.Settings(List.of(), personal, 10, hasDependencies, 1, keys),
                    done -> {});
        }
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static Path resource(String name) throws Exception {
        return Path.of(Objects.requireNonNull(AcrossColumnsTest.class.getResource(name), name)
                .toURI());
    }
}
