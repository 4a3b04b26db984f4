//! Times as people write them, in their zone and language.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use longlink_desktop_core::model::TimeMs;

use crate::words::{Words, count, fill};

const DAY_MS: TimeMs = 86_400_000;

/// What is needed to write times.
#[derive(Clone, Debug)]
pub struct Dates {
    pub words: &'static Words,
    pub zone: TimeZone,
}

impl Dates {
    fn at(&self, ms: TimeMs) -> jiff::Zoned {
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(self.zone.clone())
    }

    /// Which day it is here, to tell days apart.
    pub fn day(&self, ms: TimeMs) -> Date {
        self.at(ms).date()
    }

    pub fn clock(&self, ms: TimeMs) -> String {
        let at = self.at(ms);
        format!("{:02}:{:02}", at.hour(), at.minute())
    }

    /// The day's name between messages.
    pub fn day_name(&self, ms: TimeMs, now: TimeMs) -> String {
        let words = &self.words.day;
        let (day, today) = (self.day(ms), self.day(now));
        if day == today {
            return words.today.to_owned();
        }
        if day == self.day(now - DAY_MS) {
            return words.yesterday.to_owned();
        }
        self.date(day, day.year() != today.year())
    }

    fn date(&self, day: Date, with_year: bool) -> String {
        let words = &self.words.day;
        fill(
            if with_year { words.date_year } else { words.date },
            &[
                ("week", self.week(day).0),
                ("day", &day.day().to_string()),
                ("month", self.month(day.month())),
                ("year", &day.year().to_string()),
            ],
        )
    }

    /// The whole of it, for a tool tip.
    pub fn full(&self, ms: TimeMs) -> String {
        fill(self.words.day.full, &[("date", &self.date(self.day(ms), true)), ("time", &self.clock(ms))])
    }

    /// As short as a list needs it.
    pub fn short(&self, ms: TimeMs, now: TimeMs) -> String {
        let (day, today) = (self.day(ms), self.day(now));
        if day == today {
            return self.clock(ms);
        }
        if day == self.day(now - DAY_MS) {
            return self.words.day.yesterday.to_owned();
        }
        if (0..6 * DAY_MS).contains(&(now - ms)) {
            return self.week(day).1.to_owned();
        }
        format!("{}-{:02}-{:02}", day.year(), day.month(), day.day())
    }

    /// How long ago somebody was here.
    pub fn ago(&self, ms: TimeMs, now: TimeMs) -> String {
        let words = &self.words.peer;
        let minutes = (now - ms).div_euclid(60_000);
        if minutes < 1 {
            return words.seen_now.to_owned();
        }
        if minutes < 60 {
            return count(minutes.unsigned_abs(), words.seen_minutes_one, words.seen_minutes_other);
        }
        let day = self.day(ms);
        if day == self.day(now) {
            return fill(words.seen_today, &[("time", &self.clock(ms))]);
        }
        if day == self.day(now - DAY_MS) {
            return fill(words.seen_yesterday, &[("time", &self.clock(ms))]);
        }
        fill(words.seen_day, &[("day", &self.date(day, true))])
    }

    /// The long and the short name of a day of the week.
    fn week(&self, day: Date) -> (&'static str, &'static str) {
        let w = &self.words.day;
        match day.weekday().to_monday_zero_offset() {
            0 => (w.week_0, w.short_0),
            1 => (w.week_1, w.short_1),
            2 => (w.week_2, w.short_2),
            3 => (w.week_3, w.short_3),
            4 => (w.week_4, w.short_4),
            5 => (w.week_5, w.short_5),
            _ => (w.week_6, w.short_6),
        }
    }

    fn month(&self, month: i8) -> &'static str {
        let w = &self.words.day;
        match month {
            1 => w.month_1,
            2 => w.month_2,
            3 => w.month_3,
            4 => w.month_4,
            5 => w.month_5,
            6 => w.month_6,
            7 => w.month_7,
            8 => w.month_8,
            9 => w.month_9,
            10 => w.month_10,
            11 => w.month_11,
            _ => w.month_12,
        }
    }
}

/// A size as people write it.
pub fn size_text(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let (mut size, mut unit) = (bytes as f64, 0);
    while size >= 1_000.0 && unit + 1 < units.len() {
        size /= 1_000.0;
        unit += 1;
    }
    let name = units.get(unit).copied().unwrap_or("TB");
    if unit > 0 && size < 10.0 { format!("{size:.1} {name}") } else { format!("{size:.0} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{EN, ZH};

    /// Wednesday, 25 November 2020, 10:30 in UTC.
    const NOW: TimeMs = 1_606_300_200_000;

    fn dates(words: &'static Words) -> Dates {
        Dates { words, zone: TimeZone::UTC }
    }

    #[test]
    fn days_are_called_as_people_call_them() {
        let (en, zh) = (dates(&EN), dates(&ZH));
        assert_eq!(en.day_name(NOW, NOW), "Today");
        assert_eq!(zh.day_name(NOW - DAY_MS, NOW), "昨天");
        assert_eq!(en.day_name(NOW - 3 * DAY_MS, NOW), "Sunday, 22 November");
        assert_eq!(zh.day_name(NOW - 400 * DAY_MS, NOW), "2019年10月22日 星期二");
        assert_eq!(en.short(NOW - 2 * DAY_MS, NOW), "Mon");
        assert_eq!(en.short(NOW - 20 * DAY_MS, NOW), "2020-11-05");
        assert_eq!(en.ago(NOW - 61_000, NOW), "Last seen 1 minute ago");
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([size_text(999), size_text(1_234), size_text(56_000_000)], ["999 B", "1.2 kB", "56 MB"]);
    }
}
