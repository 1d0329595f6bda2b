//! What is shown of a page under a message. Pure.

use crate::{chat::plain::CARD, paths, ui::html::escaped};

/// What a page said of itself, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The page.
    pub url: String,
    /// What it is called.
    pub title: String,
    /// What it is about; may be empty.
    pub description: String,
    /// Whose it is.
    pub site: String,
    /// The key of its picture.
    pub picture: Option<String>,
}

impl Card {
    /// Its HTML, which holds no more than is written here.
    pub fn html(&self) -> String {
        let Self {
            url,
            title,
            description,
            site,
            picture,
        } = self;
        let picture = picture.as_ref().map_or_else(String::new, |key| {
            format!(
                "<img src=\"{}\" alt=\"\" loading=\"lazy\">",
                escaped(&paths::preview(key))
            )
        });
        let description = if description.is_empty() {
            String::new()
        } else {
            format!("<span>{}</span>", escaped(description))
        };
        format!(
            "{CARD}<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">{picture}<small>{}</small> \
             <strong>{}</strong> {description}</a></div>",
            escaped(url),
            escaped(site),
            escaped(title),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_says_is_text() {
        let evil = "\"><script>alert(1)</script>";
        let card = Card {
            url: format!("https://a.test/{evil}"),
            title: evil.into(),
            description: evil.into(),
            site: evil.into(),
            picture: Some("k".into()),
        };
        let html = card.html();
        assert!(html.starts_with(CARD) && html.contains("src=\"/previews/k\""), "{html}");
        assert!(!html.contains("<script") && !html.contains("\"\">"), "{html}");
        assert_eq!(html.matches('<').count(), 11, "{html}");
    }
}
