package io.polder.statistics;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the values of a column are in the world. A type is found by its values, by the column's name, or by both: a value
 * that must pass a checksum speaks for itself, four digits are a postcode only where the name says so.
 */
@SuppressWarnings("ImmutableEnumChecker") // The sets are copies that nobody changes, and the tests keep nothing.
public enum SemanticType {
    EMAIL("e-mail address", true, "mail", true, matching("[\\w.!#$%&'*+/=?^`{|}~-]+@[\\w-]+(\\.[\\w-]+)+")),
    URL("web address", false, "url|link|website|homepage", true, matching("(https?|ftp)://[^\\s]+")),
    IPV4(
            "IP address",
            true,
            "ip",
            true,
            matching("((25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1?\\d?\\d)")),
    IPV6("IP address", true, "ip", true, SemanticType::isIpv6),
    MAC("network card", true, "mac", true, matching("(?i)([0-9a-f]{2}[:-]){5}[0-9a-f]{2}")),
    UUID("UUID", false, "uuid|guid", true, matching("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")),
    IBAN("bank account (IBAN)", true, "iban|account|rekening", true, SemanticType::isIban),
    CREDIT_CARD("payment card", true, "card|kaart", false, SemanticType::isCard),
    NATIONAL_NUMBER(
            "national number (Belgium)",
            true,
            "national|rijksregister|registre|insz|niss|ssn",
            true,
            SemanticType::isBelgian),
    COORDINATES(
            "latitude and longitude",
            false,
            "geo|location|position|coord",
            true,
            matching("\\(?\\s*-?\\d{1,3}\\.\\d+\\s*[,; ]\\s*-?\\d{1,3}\\.\\d+\\s*\\)?")),
    LATITUDE("latitude", false, "lat|latitude|reclat|breedtegraad", false, within(90)),
    LONGITUDE("longitude", false, "lon|lng|long|longitude|reclong|reclon|lengtegraad", false, within(180)),
    PHONE("telephone number", true, "phone|tel|telephone|gsm|mobile|fax", false, SemanticType::isPhone),
    POSTCODE(
            "postcode",
            false,
            "zip|postcode|postal|postalcode|zipcode|postnummer",
            false,
            matching("\\d{4,5}(-\\d{4})?|[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}|\\d{4} ?[A-Z]{2}")),
    NIS("municipality or area (NIS)", false, "nis|nis5|nis9", false, matching("\\d{5}([A-Z]\\d[0-9A-Z-]{1,2})?")),
    NUTS("region (NUTS)", false, "nuts|nuts1|nuts2|nuts3", false, matching("[A-Z]{2}[0-9A-Z]{0,3}")),
    COUNTRY_CODE("country", false, "country|land|pays|nation", false, SemanticType::isCountry),
    CURRENCY("currency", false, "currency|munt|devise", false, SemanticType::isCurrency),
    BIRTH_DATE(
            "date of birth",
            true,
            "birth|dob|birthdate|birthday|geboortedatum|geboorte",
            false,
            matching("\\d{1,4}[-/.]\\d{1,2}[-/.]\\d{1,4}([ T].*)?")),
    PERSON_NAME(
            "name of a person",
            true,
            "firstname|lastname|surname|fullname|voornaam|achternaam|familienaam|naam|name|patient|passenger|person",
            false,
            SemanticType::isPersonName),
    ADDRESS(
            "street address",
            true,
            "address|adres|street|straat|address1|address2|adresse",
            false,
            matching("(?=.*\\p{L}{2})(?=.*\\d).{5,}"));

    private final String title;
    private final boolean isPersonal;
    private final Set<String> names;
    private final boolean isSelfEvident;
    private final Predicate<String> test;

    SemanticType(String title, boolean isPersonal, String names, boolean isSelfEvident, Predicate<String> test) {
        this.title = title;
        this.isPersonal = isPersonal;
        this.names = Set.of(names.split("\\|"));
        this.isSelfEvident = isSelfEvident;
        this.test = test;
    }

    /** Its name for people. */
    public String title() {
        return title;
    }

    /** Whether such values tell of a person. */
    public boolean isPersonal() {
        return isPersonal;
    }

    /** Whether a text is such a value. */
    public boolean matches(String text) {
        return test.test(text);
    }

    /**
     * What was found.
     *
     * @param coverage the part of the values that are such
     * @param isNamed whether the column's name says the same
     */
    public record Finding(SemanticType type, double coverage, boolean isNamed) {}

    /** The least part of the values that must be of a type for it to be the column's. */
    private static final double ENOUGH = 0.9;
    /** As much is enough where the column's name is a word for nothing else: the others are likely misspelled. */
    private static final double ENOUGH_OF_A_NAME = 0.5;
    /** Fewer values prove nothing by themselves. */
    private static final int FEW = 5;

    /**
     * What the values of a column are; empty when nothing is known.
     *
     * @param values different values, none missing
     */
    public static Optional<Finding> of(String column, List<String> values) {
        Set<String> words = words(column);
        @Nullable Finding best = null;
        for (SemanticType type : values()) {
            boolean isNamed = words.stream().anyMatch(type.names::contains);
            if (values.isEmpty() || (!isNamed && (!type.isSelfEvident || values.size() < FEW))) {
                continue;
            }
            double enough = isNamed && type.isUnmistakable() ? ENOUGH_OF_A_NAME : ENOUGH;
            double coverage = type.coverage(values, enough);
            boolean isBetter =
                    best == null || coverage + (isNamed ? 0.1 : 0) > best.coverage() + (best.isNamed() ? 0.1 : 0);
            if (coverage >= enough && isBetter) {
                best = new Finding(type, coverage, isNamed);
            }
        }
        return Optional.ofNullable(best);
    }

    /** Whether its names are words for nothing else; names and addresses are of much, and the tests of them are loose. */
    private boolean isUnmistakable() {
        return isPersonal && this != PERSON_NAME && this != ADDRESS && this != CREDIT_CARD;
    }

    /** The part of the values that are of this type; not a number as soon as it is certain not to be enough. */
    private double coverage(List<String> values, double enough) {
        int others = 0;
        for (String value : values) {
            others += matches(value) ? 0 : 1;
            if ((double) (values.size() - others) / values.size() < enough) {
                return Double.NaN;
            }
        }
        return (double) (values.size() - others) / values.size();
    }

    /** The words of a column's name, and all of them as one: {@code zipCode} has zip, code and zipcode. */
    static Set<String> words(String column) {
        String[] words = column.replaceAll("(\\p{Ll})(\\p{Lu})", "$1 $2")
                .toLowerCase(Locale.ROOT)
                .split("[^\\p{L}\\p{N}]+");
        Set<String> all = new HashSet<>(Arrays.asList(words));
        all.add(String.join("", words));
        return all;
    }

    private static Predicate<String> matching(String expression) {
        Pattern pattern = Pattern.compile(expression);
        return text -> pattern.matcher(text).matches();
    }

    private static Predicate<String> within(double bound) {
        return text -> {
            try {
                return Math.abs(Double.parseDouble(text)) <= bound;
            } catch (NumberFormatException notANumber) {
                return false;
            }
        };
    }

    private static final Pattern IPV6_GROUPS = Pattern.compile("([0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4})*)?");

    /** RFC 4291: eight groups, or fewer of them with one {@code ::} for the others. A time of day has three. */
    private static boolean isIpv6(String text) {
        int zone = text.indexOf('%');
        String address = zone < 0 ? text : text.substring(0, zone);
        int gap = address.indexOf("::");
        String left = gap < 0 ? address : address.substring(0, gap);
        String right = gap < 0 ? "" : address.substring(gap + 2);
        if (!IPV6_GROUPS.matcher(left).matches()
                || !IPV6_GROUPS.matcher(right).matches()
                || zone >= 0 && zone + 1 == text.length()) {
            return false;
        }
        int groups = groups(left) + groups(right);
        return gap < 0 ? groups == 8 : groups < 8;
    }

    private static int groups(String groups) {
        return groups.isEmpty() ? 0 : groups.split(":").length;
    }

    private static final Pattern IBAN_FORM = Pattern.compile("[A-Z]{2}\\d{2}[A-Z0-9]{11,30}");

    /** ISO 13616: the number modulo 97 is 1, letters being 10 to 35, the first four characters last. */
    private static boolean isIban(String text) {
        String plain = text.replace(" ", "");
        if (!IBAN_FORM.matcher(plain).matches()) {
            return false;
        }
        StringBuilder digits = new StringBuilder();
        (plain.substring(4) + plain.substring(0, 4))
                .chars()
                .forEach(character -> digits.append(Character.digit(character, 36)));
        return new BigInteger(digits.toString()).mod(BigInteger.valueOf(97)).intValue() == 1;
    }

    private static final Pattern CARD_FORM = Pattern.compile("[3-6]\\d{12,18}");

    /** Luhn's checksum. */
    private static boolean isCard(String text) {
        String plain = text.replaceAll("[ -]", "");
        if (!CARD_FORM.matcher(plain).matches()) {
            return false;
        }
        int sum = 0;
        for (int at = 0; at < plain.length(); at++) {
            int digit = plain.charAt(plain.length() - 1 - at) - '0';
            int doubled = at % 2 == 1 ? digit * 2 : digit;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }
        return sum % 10 == 0;
    }

    private static final Pattern BELGIAN_FORM = Pattern.compile("\\d{2}\\.?\\d{2}\\.?\\d{2}[- ]?\\d{3}[.-]?\\d{2}");

    /** Birth date, serial number, and 97 less these nine digits modulo 97; born since 2000, with a 2 before them. */
    private static boolean isBelgian(String text) {
        if (!BELGIAN_FORM.matcher(text).matches()) {
            return false;
        }
        String digits = text.replaceAll("\\D", "");
        long number = Long.parseLong(digits.substring(0, 9));
        int check = Integer.parseInt(digits.substring(9));
        return 97 - number % 97 == check || 97 - (2_000_000_000L + number) % 97 == check;
    }

    private static final Pattern PHONE_FORM = Pattern.compile("\\+?[\\d(][\\d ()./-]{6,18}\\d");

    private static boolean isPhone(String text) {
        long digits = text.chars().filter(Character::isDigit).count();
        return PHONE_FORM.matcher(text).matches() && digits >= 8 && digits <= 15;
    }

    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());
    /** In English and in small letters. */
    private static final Set<String> COUNTRY_NAMES = COUNTRIES.stream()
            .map(code -> new Locale("", code).getDisplayCountry(Locale.ENGLISH).toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private static final Set<String> CURRENCIES = Currency.getAvailableCurrencies().stream()
            .map(Currency::getCurrencyCode)
            .collect(Collectors.toUnmodifiableSet());

    private static boolean isCountry(String text) {
        return COUNTRIES.contains(text)
                || COUNTRY_NAMES.contains(text.replace('-', ' ').toLowerCase(Locale.ROOT));
    }

    private static boolean isCurrency(String text) {
        return CURRENCIES.contains(text);
    }

    private static final Pattern NAME_FORM = Pattern.compile("\\p{Lu}[\\p{L}'’.\\-]*([,]? [\\p{L}'’.()\"\\-/]+)+");
    private static final Pattern TITLE = Pattern.compile(".*\\b(Mr|Mrs|Miss|Ms|Dr|Mme|Dhr|Mevr|Rev|Master)\\b.*");

    private static boolean isPersonName(String text) {
        return NAME_FORM.matcher(text).matches() && (TITLE.matcher(text).matches() || text.split(" ").length <= 4);
    }
}
