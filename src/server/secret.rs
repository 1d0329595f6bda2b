//! Words among the settings that must not be shown.

use std::{convert::Infallible, fmt, str::FromStr};

/// A key or the like. It never appears in logs: `Debug` shows no more than that there is one.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The word itself, for where it belongs.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_not_shown() {
        let Ok(secret) = "abc".parse::<Secret>();
        assert_eq!((format!("{secret:?}").as_str(), secret.reveal()), ("Secret(…)", "abc"));
    }
}
