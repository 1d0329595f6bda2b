//! What may be said, what a room may be called, and how much of it a page shows. Pure; both ends use it, so that a page can say
//! it first.

use crate::{error::AppError, ids::FileId};

/// Longest message, in bytes of UTF-8.
pub const LONGEST_BODY: usize = 16 * 1024;
/// Longest name of a room, in characters.
pub const LONGEST_ROOM_NAME: usize = 40;
/// Longest topic, in characters.
pub const LONGEST_TOPIC: usize = 250;
/// Files in one message at most.
pub const MOST_FILES: usize = 10;
/// Messages on a page, and in a step to earlier or later ones: more than most screens show, as more come when one nears an end.
pub const PAGE: u32 = 40;

/// A page ends before a place: so far behind a message that what was said next is seen too.
pub const AFTER: u64 = 30;

/// The body as it will be kept: without space around it and without control characters.
///
/// # Errors
/// `Invalid` when nothing is left, `TooLarge` when it is longer than [`LONGEST_BODY`].
pub fn body(text: &str) -> Result<String, AppError> {
    match caption(text)? {
        body if body.is_empty() => Err(empty()),
        body => Ok(body),
    }
}

/// Nothing was said.
pub fn empty() -> AppError {
    AppError::Invalid("The message is empty. Write something first.".into())
}

/// The body of a message with files, which may be empty.
///
/// # Errors
/// `TooLarge` when it is longer than [`LONGEST_BODY`].
pub fn caption(text: &str) -> Result<String, AppError> {
    if text.len() > LONGEST_BODY {
        return Err(AppError::TooLarge(format!(
            "A message can hold {} KiB; this one has {}. Send it in parts.",
            LONGEST_BODY / 1024,
            text.len().div_ceil(1024)
        )));
    }
    let lines = text.replace("\r\n", "\n");
    let kept: String = lines
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    Ok(kept.trim().to_owned())
}

/// Checks how many files a message has, and that each is there once.
///
/// # Errors
/// `Invalid`.
pub fn files(files: &[FileId]) -> Result<(), AppError> {
    if files.len() > MOST_FILES {
        return Err(too_many_files());
    }
    let twice = |(n, file): (usize, &FileId)| files[..n].contains(file);
    if files.iter().enumerate().any(twice) {
        return Err(AppError::Invalid("The same file is in the message twice.".into()));
    }
    Ok(())
}

/// Checks the sender's own name of a message: 1 to 64 visible ASCII characters.
///
/// # Errors
/// `Invalid`.
pub fn client_id(text: &str) -> Result<(), AppError> {
    if (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(());
    }
    Err(AppError::Invalid(
        "client_id must be 1 to 64 visible ASCII characters, unique for each message.".into(),
    ))
}

/// The name as it will be kept: without `#` and space around it, spaces as `-`, in lower case.
///
/// # Errors
/// `Invalid` with what is allowed.
pub fn room_name(text: &str) -> Result<String, AppError> {
    let name = text.trim().trim_start_matches('#').trim().to_lowercase();
    let name = name.split_whitespace().collect::<Vec<_>>().join("-");
    let fits = (1..=LONGEST_ROOM_NAME).contains(&name.chars().count());
    if fits
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
    {
        return Ok(name);
    }
    Err(AppError::Invalid(format!(
        "A room's name has 1 to {LONGEST_ROOM_NAME} characters: letters, digits, hyphens, dots and underscores."
    )))
}

/// The topic as it will be kept: one line, without space around it.
///
/// # Errors
/// `Invalid` when it is too long.
pub fn topic(text: &str) -> Result<String, AppError> {
    let topic = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if topic.chars().count() > LONGEST_TOPIC {
        return Err(AppError::Invalid(format!(
            "A topic has at most {LONGEST_TOPIC} characters."
        )));
    }
    Ok(topic)
}

/// More files than a message can hold.
pub fn too_many_files() -> AppError {
    AppError::Invalid(format!(
        "A message can hold {MOST_FILES} files. Send the others in another one."
    ))
}

/// Why a file of this size isn't sent, when it is empty or larger than `largest` bytes.
pub fn unfit(name: &str, bytes: u64, largest: u64) -> Option<String> {
    match bytes {
        0 => Some(format!("{name} isn't sent: it is empty.")),
        _ if bytes > largest => {
            let most = largest / 1024 / 1024;
            Some(format!("{name} isn't sent: it is larger than {most} MiB."))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bodies() {
        assert_eq!(body("  hi\r\nthere\u{7}\n ").as_deref(), Ok("hi\nthere"));
        assert!(matches!(body(" \n\t"), Err(AppError::Invalid(_))));
        assert!(body(&"x".repeat(LONGEST_BODY)).is_ok());
        assert!(matches!(
            body(&"x".repeat(LONGEST_BODY + 1)),
            Err(AppError::TooLarge(_))
        ));
    }

    #[test]
    fn a_file_is_refused_for_what_is_true_of_it() {
        let most = 25 * 1024 * 1024;
        let why = |bytes| unfit("a.bin", bytes, most);
        assert_eq!(why(0).as_deref(), Some("a.bin isn't sent: it is empty."));
        assert_eq!((why(1), why(most)), (None, None));
        assert_eq!(
            why(most + 1).as_deref(),
            Some("a.bin isn't sent: it is larger than 25 MiB.")
        );
    }

    #[test]
    fn files_are_few_and_different() {
        let ids = |range: std::ops::Range<i64>| range.map(FileId).collect::<Vec<_>>();
        assert!(files(&ids(0..10)).is_ok());
        assert!(files(&ids(0..11)).is_err());
        assert!(files(&[FileId(1), FileId(2), FileId(1)]).is_err());
        assert_eq!(caption(" \n"), Ok(String::new()));
    }

    #[test]
    fn room_names() {
        assert_eq!(room_name(" #Morning  Calls "), Ok("morning-calls".into()));
        assert_eq!(room_name("Ångström_2.0"), Ok("ångström_2.0".into()));
        for bad in ["", "#", "a/b", "<b>", &"x".repeat(41)] {
            assert!(room_name(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_was_taken_is_taken_unchanged_again(text in "\\PC{0,80}") {
            if let Ok(kept) = body(&text) {
                prop_assert_eq!(body(&kept), Ok(kept.clone()));
            }
            if let Ok(kept) = room_name(&text) {
                prop_assert_eq!(room_name(&kept), Ok(kept.clone()));
            }
        }
    }
}
