//! Times as people type them: 500ms, 30s, 10m, 1h.

use std::time::Duration;

/// A time with its unit, or seconds.
pub fn span(text: &str) -> Result<Duration, String> {
    let number_bytes = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(number_bytes);
    let seconds = match unit.trim() {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        unit => return Err(format!("{unit} is no unit: ms, s, m or h")),
    };
    let number: f64 = number.parse().map_err(|_| "a number and a unit, such as 30s".to_owned())?;
    let seconds = number * seconds;
    if !(0.1..=30.0 * 86_400.0).contains(&seconds) {
        return Err("not from 100ms to 30 days".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, seconds) in [("90", 90.0), ("1.5s", 1.5), ("250ms", 0.25), ("10m", 600.0), ("1h", 3_600.0)] {
            assert_eq!(span(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        for wrong in ["", "s", "1x", "-1s", "1ms", "1000h", "1e9"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
