//! What names and passwords may be. Pure: the server decides with it, pages take their hints from it.

use crate::error::AppError;

/// Shortest name, in characters.
pub const NAME_MIN: usize = 2;
/// Longest name, in characters.
pub const NAME_MAX: usize = 32;
/// Longest display name, in characters.
pub const DISPLAY_MAX: usize = 40;
/// Longest name of a team, of a token, in characters.
pub const TITLE_MAX: usize = 60;
/// Shortest password, in characters.
pub const PASSWORD_MIN: usize = 10;
/// Longest password, in bytes.
pub const PASSWORD_MAX: usize = 256;
/// How many recovery codes one has at first.
pub const RECOVERY_CODES: u8 = 10;
/// Recovery codes left that are so few that one is told.
pub const RECOVERY_FEW: u8 = 2;

/// The name as it is kept: without space around it.
///
/// # Errors
/// `Invalid`, in words, when nobody may be called so.
pub fn name(text: &str) -> Result<String, AppError> {
    let text = text.trim();
    let refuse = |why: &str| Err(AppError::Invalid(why.to_owned()));
    if !(NAME_MIN..=NAME_MAX).contains(&text.chars().count()) {
        return refuse("A name has 2 to 32 characters.");
    }
    if !text
        .chars()
        .all(|c| is_letter(c) || c.is_ascii_digit() || "._-".contains(c))
    {
        return refuse("A name is made of letters, digits, dots, hyphens and underscores, without spaces.");
    }
    if !text.contains(char::is_alphanumeric) {
        return refuse("A name needs at least one letter or digit.");
    }
    if mixes_alphabets(text) {
        return refuse("A name keeps to one alphabet.");
    }
    // By these, messages call everybody.
    if ["here", "room"].contains(&folded(text).as_str()) {
        return refuse("@here and @room call everybody, so nobody can have that name.");
    }
    Ok(text.to_owned())
}

/// The display name as it is kept: single spaces between its words, none around it.
///
/// # Errors
/// `Invalid`, in words, when nobody may be shown so.
pub fn display_name(text: &str) -> Result<String, AppError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let refuse = |why: &str| Err(AppError::Invalid(why.to_owned()));
    if text.chars().count() > DISPLAY_MAX {
        return refuse("A display name has 40 characters at most.");
    }
    if text.chars().any(|c| c.is_control() || is_unseen(c)) {
        return refuse("The display name holds a character that can't be seen.");
    }
    // What Markdown and calls are made of: a name stands in texts of both.
    if text.contains(['@', '#', '<', '>', '[', ']', '*', '_', '`', '~', '\\', '|']) {
        return refuse("A display name has none of @ # < > [ ] * _ ` ~ \\ |");
    }
    if text
        .chars()
        .any(|c| c.is_alphabetic() && !is_letter(c) || is_loose_accent(c))
    {
        return refuse("A display name is made of plain letters, not of styled ones or loose accents.");
    }
    if !text.contains(char::is_alphanumeric) {
        return refuse("A display name needs at least one letter or digit.");
    }
    if words.into_iter().any(mixes_alphabets) {
        return refuse("Each word of a display name keeps to one alphabet.");
    }
    Ok(text)
}

/// How many recovery codes are left, in words.
pub fn recovery_left(left: u8) -> String {
    let few = "Make new ones before you need them.";
    match left {
        0 => format!("No recovery code is left. {few}"),
        1 => format!("1 of {RECOVERY_CODES} recovery codes is left. {few}"),
        _ if left <= RECOVERY_FEW => format!("{left} of {RECOVERY_CODES} recovery codes are left. {few}"),
        _ => format!("{left} of {RECOVERY_CODES} recovery codes are left."),
    }
}

/// What two names must differ in, and what signing in looks for: case and space around it don't count.
pub fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The name of a team or token as it is kept: one line, without space around it.
///
/// # Errors
/// `Invalid` when it is empty, too long, or holds characters that nobody sees.
pub fn title(text: &str, of: &str) -> Result<String, AppError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TITLE_MAX {
        return Err(AppError::Invalid(format!(
            "The {of}'s name has 1 to {TITLE_MAX} characters."
        )));
    }
    if text.chars().any(|c| c.is_control() || is_unseen(c)) {
        return Err(AppError::Invalid(format!(
            "The {of}'s name holds a character that can't be seen."
        )));
    }
    Ok(text.to_owned())
}

/// Checks a new password's length; whether it is a common one is for the server to say.
///
/// # Errors
/// `Invalid` with the limit.
pub fn password_length(password: &str) -> Result<(), AppError> {
    if password.chars().count() < PASSWORD_MIN {
        return Err(AppError::Invalid(format!(
            "The password is too short: it needs at least {PASSWORD_MIN} characters."
        )));
    }
    if password.len() > PASSWORD_MAX {
        return Err(AppError::Invalid(format!(
            "The password is too long: it can have {PASSWORD_MAX} bytes at most."
        )));
    }
    Ok(())
}

/// Letters as people write them: not those that are drawn blank, nor the styled or wide copies of others.
fn is_letter(c: char) -> bool {
    let copy = matches!(u32::from(c), 0x2B0..=0x2FF | 0x1D00..=0x1DBF | 0x2070..=0x218F | 0x2460..=0x24FF | 0xF900..);
    c.is_alphabetic() && !copy && !is_unseen(c)
}

/// An accent that stands by itself, as that of an é in two characters: the two ways to write one name would differ.
fn is_loose_accent(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36F)
}

/// A Cyrillic а among Latin letters passes for another person's name.
fn mixes_alphabets(text: &str) -> bool {
    text.chars().any(is_latin) && text.chars().any(|c| c.is_alphabetic() && !is_latin(c))
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(u32::from(c), 0xAA | 0xBA | 0xC0..=0x24F | 0x1E00..=0x1EFF)
}

/// Drawn as nothing: joiners, direction marks, fillers.
fn is_unseen(c: char) -> bool {
    matches!(u32::from(c), 0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF
        | 0xFFA0 | 0xFFF0..=0xFFFB | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn recovery_codes_are_told_of_in_time() {
        for (left, words) in [
            (10, "10 of 10 recovery codes are left."),
            (3, "3 of 10 recovery codes are left."),
            (
                2,
                "2 of 10 recovery codes are left. Make new ones before you need them.",
            ),
            (1, "1 of 10 recovery codes is left. Make new ones before you need them."),
            (0, "No recovery code is left. Make new ones before you need them."),
        ] {
            assert_eq!(recovery_left(left), words);
        }
    }

    #[test]
    fn names_of_people_pass() {
        for good in [
            "ines",
            "Tomasz",
            "li",
            "Zoë",
            "иван",
            "j.p-morgan_2",
            "  padded  ",
            "王伟",
        ] {
            assert!(name(good).is_ok(), "{good}");
        }
        assert_eq!(name("  padded  ").unwrap(), "padded");
    }

    #[test]
    fn display_names_are_what_people_are_called() {
        for (typed, kept) in [
            ("Ines Tan", "Ines Tan"),
            ("  Ines \u{a0} \t Tan ", "Ines Tan"),
            ("Zoë O’Hara-Łuk (ops)", "Zoë O’Hara-Łuk (ops)"),
            ("Ines Иванова", "Ines Иванова"),
            ("王 伟", "王 伟"),
            ("प्रिया", "प्रिया"),
            ("R2 🌴", "R2 🌴"),
        ] {
            assert_eq!(display_name(typed).as_deref(), Ok(kept));
        }
        assert!(display_name(&"x".repeat(40)).is_ok());
        let long = "x".repeat(41);
        for bad in [
            "",
            " ",
            "🌴",
            &long,
            "nul\0l",
            "right\u{202e}left",
            "zero\u{200b}width",
            "@ines",
            "[x](http://evil.test)",
            "*bold*",
            "in\u{435}s Tan",
            "\u{ff49}\u{ff4e}",
            "ine\u{301}s",
        ] {
            assert!(matches!(display_name(bad), Err(AppError::Invalid(_))), "{bad:?}");
        }
    }

    #[test]
    fn names_that_mislead_do_not() {
        let long = "x".repeat(33);
        for bad in [
            "",
            "x",
            &long,
            "two words",
            "tab\tbed",
            "nul\0l",
            "line\nbreak",
            "zero\u{200b}width",
            "..",
            "a/b",
            "@ines",
            "non\u{a0}breaking",
            "\u{3164}\u{3164}",
            "in\u{435}s",
            "\u{ff49}\u{ff4e}",
            "ine\u{301}s",
            "here",
            " Room",
        ] {
            assert!(matches!(name(bad), Err(AppError::Invalid(_))), "{bad:?}");
        }
    }

    #[test]
    fn passwords_have_two_ends() {
        assert!(password_length("123456789").is_err());
        assert!(password_length("1234567890").is_ok());
        assert!(password_length(&"x".repeat(256)).is_ok());
        assert!(password_length(&"x".repeat(257)).is_err());
    }

    #[test]
    fn titles_are_one_visible_line() {
        assert_eq!(title(" North desk ", "team").unwrap(), "North desk");
        for bad in ["", "   ", "two\nlines", "hid\u{202e}den", &"x".repeat(61)] {
            assert!(title(bad, "team").is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_passes_again_and_is_visible(text in "\\PC{0,40}|[a-z._ -]{0,40}") {
            if let Ok(kept) = name(&text) {
                prop_assert_eq!(name(&kept).unwrap(), kept.clone());
                prop_assert!(!kept.contains(char::is_whitespace) && !kept.contains(char::is_control));
                prop_assert_eq!(folded(&kept), folded(&kept.to_uppercase().to_lowercase()));
            }
        }
    }
}
