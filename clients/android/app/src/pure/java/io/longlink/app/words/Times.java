package io.longlink.app.words;

import java.text.DateFormat;
import java.text.SimpleDateFormat;
import java.util.Calendar;
import java.util.Date;

/** Times and days as people write them. */
public final class Times {
    private static final long MINUTE_MS = 60_000;
    private static final long DAY_MS = 86_400_000;

    private final Words words;

    public Times(Words words) {
        this.words = words;
    }

    public String clock(long ms) {
        return DateFormat.getTimeInstance(DateFormat.SHORT, words.locale()).format(new Date(ms));
    }

    public String full(long ms) {
        return DateFormat.getDateTimeInstance(DateFormat.LONG, DateFormat.SHORT, words.locale()).format(new Date(ms));
    }

    public String day(long ms, long nowMs) {
        if (isSameDay(ms, nowMs)) {
            return words.get("day_today");
        }
        if (isSameDay(ms, nowMs - DAY_MS)) {
            return words.get("day_yesterday");
        }
        return DateFormat.getDateInstance(DateFormat.FULL, words.locale()).format(new Date(ms));
    }

    /** When it was, as short as a list needs it. */
    public String brief(long ms, long nowMs) {
        if (isSameDay(ms, nowMs)) {
            return clock(ms);
        }
        if (isSameDay(ms, nowMs - DAY_MS)) {
            return words.get("day_yesterday");
        }
        if (nowMs - ms < 6 * DAY_MS) {
            return new SimpleDateFormat("EEE", words.locale()).format(new Date(ms));
        }
        return DateFormat.getDateInstance(DateFormat.SHORT, words.locale()).format(new Date(ms));
    }

    /** How long ago somebody was here, as people say it. */
    public String ago(long ms, long nowMs) {
        long minutes = Math.max(0, nowMs - ms) / MINUTE_MS;
        if (minutes < 1) {
            return words.get("seen_now");
        }
        if (minutes < 60) {
            return words.count("seen_minutes", minutes);
        }
        if (isSameDay(ms, nowMs)) {
            return words.get("seen_today", "time", clock(ms));
        }
        if (isSameDay(ms, nowMs - DAY_MS)) {
            return words.get("seen_yesterday", "time", clock(ms));
        }
        String day = DateFormat.getDateInstance(DateFormat.MEDIUM, words.locale()).format(new Date(ms));
        return words.get("seen_day", "day", day);
    }

    public static boolean isSameDay(long a, long b) {
        Calendar one = Calendar.getInstance();
        one.setTimeInMillis(a);
        Calendar other = Calendar.getInstance();
        other.setTimeInMillis(b);
        return one.get(Calendar.YEAR) == other.get(Calendar.YEAR)
                && one.get(Calendar.DAY_OF_YEAR) == other.get(Calendar.DAY_OF_YEAR);
    }
}
