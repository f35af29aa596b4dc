package dev.demitasse.jinja;

/**
 * The user's local time, for templates that tell the model the date.
 *
 * @param millis milliseconds since 1970-01-01 00:00 local time
 */
public record LocalTime(long millis) {
    private static final String[] MONTHS = {
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December"
    };
    private static final String[] DAYS = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    private static final long DAY_MILLIS = 86_400_000;

    /** Formats the time as Python's {@code datetime.strftime} does with an English locale. */
    String format(String pattern) throws EvaluationException {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '%' && i + 1 < pattern.length()) {
                i++;
                directive(pattern.charAt(i), out);
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private void directive(char directive, StringBuilder out) throws EvaluationException {
        long day = Math.floorDiv(millis, DAY_MILLIS);
        int second = (int) (Math.floorMod(millis, DAY_MILLIS) / 1000);
        int hour = second / 3600;
        CivilDate date = CivilDate.of(day);
        String month = MONTHS[date.month() - 1];
        String weekday = DAYS[(int) Math.floorMod(day + 3, 7L)]; // 1970-01-01 was a Thursday
        switch (directive) {
            case 'Y' -> out.append(date.year());
            case 'y' -> padded(date.year() % 100, 2, out);
            case 'm' -> padded(date.month(), 2, out);
            case 'B' -> out.append(month);
            case 'b' -> out.append(month, 0, 3);
            case 'd' -> padded(date.day(), 2, out);
            case 'A' -> out.append(weekday);
            case 'a' -> out.append(weekday, 0, 3);
            case 'j' -> padded((int) (day - CivilDate.daysBefore(date.year(), 1, 1)) + 1, 3, out);
            case 'H' -> padded(hour, 2, out);
            case 'I' -> padded((hour + 11) % 12 + 1, 2, out);
            case 'p' -> out.append(hour < 12 ? "AM" : "PM");
            case 'M' -> padded(second / 60 % 60, 2, out);
            case 'S' -> padded(second % 60, 2, out);
            case '%' -> out.append('%');
            default -> throw new EvaluationException("strftime_now: %" + directive + " is not supported");
        }
    }

    private static void padded(int number, int digits, StringBuilder out) {
        String text = Integer.toString(number);
        out.append("0".repeat(Math.max(0, digits - text.length()))).append(text);
    }

    /**
     * A date of the Gregorian calendar. Days are counted in 400-year eras that begin on March 1 (Howard Hinnant,
     * "chrono-Compatible Low-Level Date Algorithms").
     */
    private record CivilDate(int year, int month, int day) {
        private static final long ERA_DAYS = 146_097;
        private static final long DAYS_TO_1970 = 719_468;

        static CivilDate of(long epochDay) {
            long shifted = epochDay + DAYS_TO_1970;
            long era = Math.floorDiv(shifted, ERA_DAYS);
            long dayOfEra = shifted - era * ERA_DAYS;
            long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
            long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
            int marchMonth = (int) ((5 * dayOfYear + 2) / 153);
            int day = (int) (dayOfYear - (153L * marchMonth + 2) / 5 + 1);
            int month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
            return new CivilDate((int) (yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month, day);
        }

        /** Returns the number of days from 1970-01-01 to a date. */
        static long daysBefore(int year, int month, int day) {
            long marchYear = month <= 2 ? year - 1L : year;
            long era = Math.floorDiv(marchYear, 400L);
            long yearOfEra = marchYear - era * 400;
            long dayOfYear = (153L * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
            return era * ERA_DAYS + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - DAYS_TO_1970;
        }
    }
}
