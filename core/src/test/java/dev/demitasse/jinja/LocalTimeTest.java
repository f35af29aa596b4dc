package dev.demitasse.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalTimeTest {
    @SuppressWarnings("DuplicateDateFormatField") // every form of each field
    private static final DateTimeFormatter JAVA =
            DateTimeFormatter.ofPattern("yyyy yy MM MMMM MMM dd EEEE EEE HH hh a mm ss", Locale.ENGLISH);

    @Test
    void formatsAsTheJavaRuntimeDoes() throws EvaluationException {
        // Steps of about 31 hours, across leap years and centuries.
        LocalDateTime time = LocalDateTime.of(1899, 12, 31, 23, 59, 59);
        for (int i = 0; i < 80_000; i++, time = time.plusSeconds(111_111)) {
            LocalTime ours = new LocalTime(time.toInstant(ZoneOffset.UTC).toEpochMilli());
            assertEquals(JAVA.format(time), ours.format("%Y %y %m %B %b %d %A %a %H %I %p %M %S"));
            assertEquals(time.getDayOfYear(), Integer.parseInt(ours.format("%j")));
        }
    }

    @Test
    void templatesFormatIt() {
        LocalTime now = new LocalTime(1_795_514_400_000L);
        Template template = Template.parse("Today Date: {{ strftime_now('%d %B %Y, 100%%') }}");
        assertEquals("Today Date: 24 November 2026, 100%", template.render(Map.of(), now));
        assertThrows(TemplateException.class, () -> Template.parse("{{ strftime_now('%Q') }}")
                .render(Map.of(), now));
    }
}
