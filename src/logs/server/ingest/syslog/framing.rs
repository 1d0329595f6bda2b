//! Where in a stream of bytes a message of syslog ends (RFC 6587): after as many bytes as are announced, or at the end of its
//! line. Each message says which, so both may come by one connection. Pure.

/// Bytes of a message that are held; what follows of it is skipped and counted. A line is cut at half of it anyway.
pub const MOST: usize = 64 * 1024;
/// The longest message whose length is believed; what announces more is a line that begins with a number.
const LONGEST: usize = 1024 * 1024;
/// Digits of a length at most.
const DIGITS: usize = 7;

/// A message as it came, without what ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its bytes, [`MOST`] at most.
    pub bytes: Vec<u8>,
    /// How many it had.
    pub whole: usize,
}

/// Takes bytes as they come, and gives messages.
#[derive(Debug, Default)]
pub struct Frames {
    held: Vec<u8>,
    whole: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Before a message.
    #[default]
    Between,
    /// In what may be a length.
    Length,
    /// After it and its space.
    AfterLength,
    /// In a message of which so many bytes are to come.
    Counted(usize),
    /// In one that its line's end ends.
    Line,
}

impl Frames {
    /// Takes bytes; `each` is given what they complete.
    pub fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(Frame)) {
        while let Some((&first, rest)) = bytes.split_first() {
            match self.state {
                State::Between => {
                    match first {
                        byte if ends_line(byte) || byte == b'\r' => bytes = rest,
                        b'1'..=b'9' => self.state = State::Length,
                        _ => self.state = State::Line,
                    };
                }
                State::Length => match first {
                    b'0'..=b'9' if self.held.len() < DIGITS => {
                        self.hold(&[first]);
                        bytes = rest;
                    }
                    b' ' => {
                        self.hold(b" ");
                        self.state = State::AfterLength;
                        bytes = rest;
                    }
                    _ => self.state = State::Line,
                },
                // A message has a priority, so a line of text that begins with a number isn't taken for a length.
                State::AfterLength => match self.length().filter(|_| first == b'<') {
                    Some(length) => {
                        self.held.clear();
                        self.whole = 0;
                        self.state = State::Counted(length);
                    }
                    None => self.state = State::Line,
                },
                State::Counted(left) => {
                    let (some, after) = bytes.split_at(left.min(bytes.len()));
                    self.hold(some);
                    bytes = after;
                    self.state = State::Counted(left - some.len());
                    if left == some.len() {
                        self.complete(&mut each);
                    }
                }
                State::Line => {
                    let end = bytes.iter().position(|byte| ends_line(*byte));
                    self.hold(&bytes[..end.unwrap_or(bytes.len())]);
                    bytes = end.map_or(&[], |end| &bytes[end + 1..]);
                    if end.is_some() {
                        self.complete(&mut each);
                    }
                }
            }
        }
    }

    /// What is left when no more will come.
    pub fn finish(&mut self, each: impl FnMut(Frame)) {
        self.complete(each);
    }

    /// True within a message.
    pub fn is_within(&self) -> bool {
        self.state != State::Between
    }

    fn length(&self) -> Option<usize> {
        let digits = std::str::from_utf8(&self.held).ok()?.trim_end();
        digits.parse().ok().filter(|length| *length <= LONGEST)
    }

    fn hold(&mut self, bytes: &[u8]) {
        let room = MOST - self.held.len();
        self.held.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.whole += bytes.len();
    }

    fn complete(&mut self, mut each: impl FnMut(Frame)) {
        let mut frame = Frame {
            bytes: std::mem::take(&mut self.held),
            whole: std::mem::take(&mut self.whole),
        };
        self.state = State::Between;
        if frame.whole == frame.bytes.len() {
            frame.bytes.truncate(without_end(&frame.bytes).len());
            frame.whole = frame.bytes.len();
        }
        if !frame.bytes.is_empty() {
            each(frame);
        }
    }
}

/// A datagram is one message, whatever is in it; some announce its length there too.
pub fn datagram(bytes: &[u8]) -> &[u8] {
    let bytes = without_end(bytes);
    let counted = bytes.iter().position(|byte| *byte == b' ').and_then(|space| {
        let (digits, message) = (std::str::from_utf8(&bytes[..space]).ok()?, &bytes[space + 1..]);
        let length: usize = digits.parse().ok()?;
        // What was trimmed off may have been counted.
        let fits = message.len() <= length && length <= message.len() + 2;
        (fits && message.starts_with(b"<")).then_some(message)
    });
    counted.unwrap_or(bytes)
}

/// Python's handler ends a message with a NUL, over TCP too, where it sends no other end.
fn ends_line(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\0')
}

fn without_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r' | b'\0'));
    &bytes[..end.map_or(0, |end| end + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out when `bytes` come in pieces of the given sizes, the last for the rest.
    fn read(bytes: &[u8], sizes: &[usize]) -> Vec<Frame> {
        let (mut frames, mut all, mut rest) = (Frames::default(), Vec::new(), bytes);
        for size in sizes {
            let (piece, after) = rest.split_at(rest.len().min(*size));
            frames.push(piece, |frame| all.push(frame));
            rest = after;
        }
        frames.push(rest, |frame| all.push(frame));
        frames.finish(|frame| all.push(frame));
        assert!(!frames.is_within());
        all
    }

    fn texts(bytes: &[u8]) -> Vec<String> {
        let frames = read(bytes, &[]).into_iter();
        frames
            .map(|frame| String::from_utf8_lossy(&frame.bytes).into_owned())
            .collect()
    }

    #[test]
    fn both_framings_and_what_is_neither() {
        assert_eq!(
            texts(b"<13>one\n11 <13>a\nline\n\n<13>two\r\n<14>three\0<14>four\0"),
            ["<13>one", "<13>a\nline", "<13>two", "<14>three", "<14>four"]
        );
        // Text that begins with a number, or with one that can't be a length.
        assert_eq!(texts(b"42 rows\n7\n 9 <\n"), ["42 rows", "7", " 9 <"]);
        assert_eq!(
            texts(b"9999999 <13>x\n123456789 <13>y\n"),
            ["9999999 <13>x", "123456789 <13>y"]
        );
        // The last has no end, and one breaks off.
        assert_eq!(texts(b"<13>one\n<13>two"), ["<13>one", "<13>two"]);
        assert_eq!(texts(b"70 <13>broken"), ["<13>broken"]);
        assert_eq!(texts(b"\n\0\r\n"), Vec::<String>::new());
    }

    #[test]
    fn what_is_too_long_is_skipped_and_counted() {
        let long = "x".repeat(MOST + 10);
        for bytes in [
            format!("{} <13>{long}<13>y\n", long.len() + 4),
            format!("<13>{long}\n<13>y\n"),
        ] {
            let frames = read(bytes.as_bytes(), &[100, 70_000]);
            assert_eq!((frames[0].bytes.len(), frames[0].whole), (MOST, MOST + 14));
            assert_eq!(frames[1].bytes, b"<13>y");
        }
    }

    #[test]
    fn datagrams_with_and_without_a_length() {
        for (sent, read) in [
            (&b"<13>one\ntwo\n\0"[..], &b"<13>one\ntwo"[..]),
            (b"8 <13>one\n", b"<13>one"),
            (b"7 <13>one", b"<13>one"),
            (b"70 <13>one", b"70 <13>one"),
            (b"7 samurai", b"7 samurai"),
            (b"\0", b""),
        ] {
            assert_eq!(datagram(sent), read);
        }
    }

    proptest::proptest! {
        /// However the bytes are split, the same messages come out; and they are those that were sent.
        #[test]
        fn splits_change_nothing(
            sent in proptest::collection::vec(("[ -~]{0,40}", proptest::bool::ANY, "\n|\0|\r\n|\n\n"), 0..12),
            sizes in proptest::collection::vec(0_usize..30, 0..40),
            noise in proptest::collection::vec(proptest::num::u8::ANY, 0..80),
        ) {
            let (mut bytes, mut expected) = (Vec::new(), Vec::new());
            for (text, is_counted, end) in &sent {
                let message = format!("<13>{text}");
                let framed = match is_counted {
                    true => format!("{} {message}", message.len()),
                    false => format!("{message}{end}"),
                };
                bytes.extend_from_slice(framed.as_bytes());
                expected.push(Frame { bytes: message.clone().into_bytes(), whole: message.len() });
            }
            proptest::prop_assert_eq!(read(&bytes, &sizes), expected);
            proptest::prop_assert_eq!(read(&noise, &sizes), read(&noise, &[]));
            let mixed: Vec<u8> = noise.iter().map(|byte| b"0123 <>\n\0a"[usize::from(*byte) % 10]).collect();
            proptest::prop_assert_eq!(read(&mixed, &sizes), read(&mixed, &[]));
        }
    }
}
