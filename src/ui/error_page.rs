//! What stands in a page's place when it can't be shown: what happened and where to go from here.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_meta::Title;

use crate::error::AppError;

/// Where a person can go from an error: words and URL.
type Way = (&'static str, &'static str);

/// Sets the HTTP status of the page being rendered. The server provides it as context; a browser has none.
#[derive(Clone)]
pub struct SetStatus(pub Arc<dyn Fn(u16) + Send + Sync>);

/// A page, or the middle of the desk, for an error. Holds no `main`: it may stand in one.
#[component]
pub fn ErrorPage(
    /// What went wrong.
    error: AppError,
) -> impl IntoView {
    if let Some(SetStatus(set)) = use_context() {
        set(error.status());
    }
    let heading = heading(&error);
    let ways = ways(&error)
        .iter()
        .enumerate()
        .map(|(n, (words, url))| {
            // Left to the browser: whatever broke may be the page itself, so a new one is loaded.
            let class = if n == 0 { "button" } else { "button quiet" };
            view! { <a class=class href=*url rel="external">{*words}</a> }
        })
        .collect_view();
    view! {
        <Title text=heading />
        <section class="fault" aria-labelledby="fault">
            <p class="status num">{error.status()}</p>
            <h1 id="fault">{heading}</h1>
            <p>{error.to_string()}</p>
            <p class="ways">{ways}</p>
        </section>
    }
}

/// What an error's page is called.
pub fn heading(error: &AppError) -> &'static str {
    match error {
        AppError::NotFound(_) => "Nothing here",
        AppError::SignedOut => "You are signed out",
        AppError::Forbidden(_) => "That is not open to you",
        AppError::SlowDown(_) | AppError::Busy => "One moment",
        AppError::Unreachable => "No connection",
        AppError::Internal(_) => "Something broke",
        AppError::DiskFull => "No room left",
        AppError::Invalid(_) | AppError::Conflict(_) | AppError::TooLarge(_) | AppError::TooSlow(_) => {
            "That doesn't work"
        }
    }
}

fn ways(error: &AppError) -> &'static [Way] {
    const DESK: Way = ("Go to the desk", "/");
    match error {
        AppError::SignedOut => &[("Sign in", "/sign-in")],
        // An empty URL is this page again.
        AppError::SlowDown(_) | AppError::Busy | AppError::Unreachable | AppError::DiskFull | AppError::Internal(_) => {
            &[("Try again", ""), DESK]
        }
        _ => &[DESK],
    }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::*;

    use super::{AppError, ErrorPage};

    fn page(error: AppError) -> String {
        Owner::new().with(|| {
            leptos_meta::provide_meta_context();
            view! { <ErrorPage error /> }.to_html()
        })
    }

    #[test]
    fn says_what_happened_and_where_to_go() {
        let lost = page(AppError::NotFound("There is no room 7.".into()));
        assert!(
            lost.contains("There is no room 7.") && lost.contains(r#"href="/""#),
            "{lost}"
        );
        let broken = page(AppError::Internal("r-123".into()));
        assert!(broken.contains("r-123") && broken.contains("Try again"), "{broken}");
        let out = page(AppError::SignedOut);
        assert!(
            out.contains(r#"href="/sign-in""#) && !out.contains("Go to the desk"),
            "{out}"
        );
    }
}
