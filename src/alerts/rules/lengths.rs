//! Lengths of time as they are typed: `90s`, `10m`, `2h`, `1d`.

/// Units, the longest first, in seconds.
const UNITS: [(i64, char); 4] = [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')];

/// The seconds of a length; a number alone is seconds. `None` for what is none.
pub fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: i64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "s" | "sec" => 1,
        "m" | "min" => 60,
        "h" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// As it is typed.
pub fn write(seconds: i64) -> String {
    let (size, letter) = unit(seconds);
    format!("{}{letter}", seconds / size)
}

/// As it is read: `10 min`.
pub fn words(seconds: i64) -> String {
    let (size, letter) = unit(seconds);
    let name = match letter {
        'd' => "d",
        'h' => "h",
        'm' => "min",
        _ => "s",
    };
    format!("{} {name}", seconds / size)
}

fn unit(seconds: i64) -> (i64, char) {
    let fits = |(size, _): &(i64, char)| seconds > 0 && seconds % size == 0;
    UNITS.into_iter().find(fits).unwrap_or((1, 's'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_they_are_written() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("2h", 7_200), ("1d", 86_400), ("0s", 0)] {
            assert_eq!(read(text), Some(seconds), "{text}");
            assert_eq!(write(seconds), text);
        }
        assert_eq!((read(" 5 min "), read("45")), (Some(300), Some(45)));
        for text in ["", "m", "5 weeks", "-5m", "1.5h", "99999999999999999999s"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!((words(600), words(90)), ("10 min".into(), "90 s".into()));
    }
}
