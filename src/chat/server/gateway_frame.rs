//! What a frame of the line gateway says: `userid:toUserid:content`. Pure.

use crate::{error::AppError, ids::UserId};

/// A frame that was understood.
#[derive(Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Who says that they say it.
    pub from: UserId,
    /// To whom, and what; `None` when nothing is said.
    pub say: Option<(UserId, &'a str)>,
}

/// Reads a frame. All after the second colon is the content. Where it is empty, the receiver may be, too.
///
/// # Errors
/// `Invalid`.
pub fn read(text: &str) -> Result<Line<'_>, AppError> {
    let mut parts = text.splitn(3, ':');
    let (Some(from), Some(to), Some(content)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(AppError::Invalid("A frame is userid:toUserid:content.".into()));
    };
    let from = number(from, "userid")?;
    let say = match (to, content) {
        ("", "") => None,
        (to, content) => Some((number(to, "toUserid")?, content)).filter(|_| !content.is_empty()),
    };
    Ok(Line { from, say })
}

/// An id just as it is written everywhere else.
fn number(text: &str, what: &str) -> Result<UserId, AppError> {
    let id = text.parse().ok().filter(|id: &UserId| id.to_string() == text);
    id.ok_or_else(|| {
        AppError::Invalid(format!(
            "{what} must be a person's number, such as 7, not a name: a frame is userid:toUserid:content."
        ))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn frames() {
        let said = |to, content| Ok((UserId(7), Some((UserId(to), content))));
        for (text, expected) in [
            ("7:9:hello", said(9, "hello")),
            ("7:9:http://a.test:80/", said(9, "http://a.test:80/")),
            ("7:9::\n:", said(9, ":\n:")),
            ("7:7: ", said(7, " ")),
            ("7:9:", Ok((UserId(7), None))),
            ("7::", Ok((UserId(7), None))),
            ("", Err("userid:toUserid:content")),
            ("hello", Err("userid:toUserid:content")),
            ("7:9", Err("userid:toUserid:content")),
            (":9:x", Err("userid must be")),
            ("::", Err("userid must be")),
            ("7::x", Err("toUserid must be")),
            ("7:bob:", Err("toUserid must be")),
            ("ines:9:x", Err("userid must be")),
            ("07:9:x", Err("userid must be")),
            (" 7:9:x", Err("userid must be")),
            ("+7:9:x", Err("userid must be")),
            ("7:99999999999999999999:x", Err("toUserid must be")),
        ] {
            match (read(text), expected) {
                (Ok(line), Ok(expected)) => assert_eq!((line.from, line.say), expected, "{text}"),
                (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{text}: {error}"),
                (read, _) => panic!("{text}: {read:?}"),
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_was_said_is_read_as_it_was(from: i64, to: i64, content in ".+") {
            let text = format!("{from}:{to}:{content}");
            let line = Line { from: UserId(from), say: Some((UserId(to), content.as_str())) };
            prop_assert_eq!(read(&text), Ok(line));
        }
    }
}
