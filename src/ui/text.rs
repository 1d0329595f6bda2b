//! What is said and may change. Of one type, whatever it says: each further type would be a quarter of a kilobyte for the
//! browser, as words and again as each attribute.

/// Words that are found anew whenever what they are made of changes.
pub type Text = Box<dyn Fn() -> String + Send + Sync>;

/// Boxes them.
pub fn text(words: impl Fn() -> String + Send + Sync + 'static) -> Text {
    Box::new(words)
}
