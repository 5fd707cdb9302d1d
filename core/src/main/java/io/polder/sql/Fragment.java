package io.polder.sql;

import java.util.ArrayList;
import java.util.List;

/** SQL for the engine that is being written, with the places that its parts came from. For one thread at a time. */
final class Fragment {
    /** What would come of a few doubled arguments inside each other. */
    private static final int LONGEST = 4 << 20;

    private final StringBuilder sql = new StringBuilder();
    private final List<Integer> places = new ArrayList<>();

    /** Writes {@code text}, which stands for what was asked at {@code place}. */
    Fragment add(String text, int place) {
        space(text);
        places.add(sql.length());
        places.add(place);
        sql.append(text);
        return this;
    }

    /** Writes text that nothing was asked for, such as a closing bracket. */
    Fragment add(String text) {
        space(text);
        sql.append(text);
        return this;
    }

    Fragment add(Fragment other) {
        space(other.sql);
        int shift = sql.length();
        for (int index = 0; index < other.places.size(); index += 2) {
            places.add(other.places.get(index) + shift);
            places.add(other.places.get(index + 1));
        }
        sql.append(other.sql);
        if (sql.length() > LONGEST) {
            throw SqlProblem.at("", -1, "the statement becomes too long for the engine", "nest fewer function calls");
        }
        return this;
    }

    /** Tokens never touch, so that two of them cannot become a third, such as the beginning of a comment. */
    private void space(CharSequence next) {
        if (sql.isEmpty() || next.length() == 0) {
            return;
        }
        char last = sql.charAt(sql.length() - 1);
        char first = next.charAt(0);
        boolean touches = last == '(' || last == '.' || first == '.' || first == ',' || first == ')' || last == ' ';
        if (!touches) {
            sql.append(' ');
        }
    }

    boolean isEmpty() {
        return sql.isEmpty();
    }

    Statement.Translated translated(String asked) {
        return new Statement.Translated(sql.toString(), asked, places);
    }

    @Override
    public String toString() {
        return sql.toString();
    }
}
