//! Text in HTML that is written by hand. Pure.

/// Any text, so that it stands in an element or in an attribute as it is.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The text again.
pub fn unescaped(html: &str) -> String {
    html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_out_as_it_went_in() {
        for text in ["", "a < b && c > \"d\"", "&lt;", "&amp;lt;"] {
            assert_eq!(unescaped(&escaped(text)), text);
            assert!(!escaped(text).contains(['<', '>', '"']));
        }
    }
}
