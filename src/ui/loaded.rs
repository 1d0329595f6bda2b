//! What a page shows once it is there: fetched by the server while it renders, by the browser when one goes there.

use std::{
    any::Any,
    convert::Infallible,
    fmt,
    future::Future,
    hash::Hash,
    pin::Pin,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
};

use leptos::{prelude::*, suspense::Unsuspend};
use serde::{Serialize, de::DeserializeOwned};

use super::rows::hash;
use crate::{ON_SERVER, error::AppError};

/// Shows by `view` what `fetch` answers to `wanted`, and fetches again when that is another.
///
/// Every page is loaded by this one, because each kind of resource is ten kilobytes of code for the browser.
pub fn loaded<S, T, F>(
    wanted: impl Fn() -> S + Clone + Send + Sync + 'static,
    fetch: impl Fn(S) -> F + Send + Sync + 'static,
    view: impl Fn(Result<T, AppError>) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    S: Hash,
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    let source = wanted.clone();
    let answer = resource(
        Arc::new(move || hash(&source())),
        Arc::new(move || {
            let answer = fetch(untrack(&wanted));
            Box::pin(async move { Answer::new(answer.await) })
        }),
    );
    let view: View = Arc::new(move |answer| view(answer.value()));
    let again = move || suspended(answer, Arc::clone(&view));
    suspense(Box::new(move || again.into_any()))
}

/// Shows by `view` what `fetch` answers, once. What the view provides lives as long as the page: nothing makes it anew.
pub fn loaded_once<T, F>(
    fetch: impl Fn() -> F + Send + Sync + 'static,
    view: impl Fn(Result<T, AppError>) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    let answer = resource(
        Arc::new(|| 0),
        Arc::new(move || {
            let answer = fetch();
            Box::pin(async move { Answer::new(answer.await) })
        }),
    );
    let view: View = Arc::new(move |answer| view(answer.value()));
    suspense(Box::new(move || suspended(answer, view)))
}

// From here on nothing knows the type of the answer.

type Text = Resource<Answer, codee::string::FromToStringCodec>;
type Fetch = dyn Fn() -> Pin<Box<dyn Future<Output = Answer> + Send>> + Send + Sync;
type View = Arc<dyn Fn(Answer) -> AnyView + Send + Sync>;

fn resource(wanted: Arc<dyn Fn() -> u64 + Send + Sync>, fetch: Arc<Fetch>) -> Text {
    Resource::new_str_blocking(move || wanted(), move |_| fetch())
}

fn suspended(answer: Text, view: View) -> AnyView {
    // What the view reads must not have it made anew.
    let shown = move |answer| untrack(|| view(answer));
    if ON_SERVER {
        // Else the server would make it twice: once only to see what it waits for.
        Suspend::new(async move {
            let answer = answer.await;
            Unsuspend::new(move || shown(answer))
        })
        .into_any()
    } else {
        Suspend::new(async move { shown(answer.await) }).into_any()
    }
}

fn suspense(children: Box<dyn FnOnce() -> AnyView + Send>) -> AnyView {
    view! { <Suspense>{children()}</Suspense> }.into_any()
}

/// An answer of any type, until it was taken.
type Held = Option<Box<dyn Any + Send>>;

/// An answer of any type: as it was fetched, or as the text in which it came with the page.
#[derive(Clone)]
struct Answer {
    value: Option<Arc<Mutex<Held>>>,
    text: Arc<str>,
}

impl Answer {
    fn new<T: Serialize + Send + Sync + 'static>(answer: Result<T, AppError>) -> Self {
        // Only what the server fetches travels on.
        let text = if ON_SERVER {
            serde_json::to_string(&answer).unwrap_or_default()
        } else {
            String::new()
        };
        Self {
            value: Some(Arc::new(Mutex::new(Some(Box::new(answer))))),
            text: text.into(),
        }
    }

    fn value<T: Clone + DeserializeOwned + 'static>(&self) -> Result<T, AppError> {
        let held = self.value.as_ref().and_then(|value| {
            let mut held = value.lock().unwrap_or_else(PoisonError::into_inner);
            if ON_SERVER {
                // The server shows it once.
                let answer = held.take()?.downcast().ok()?;
                Some(*answer)
            } else {
                held.as_ref()?.downcast_ref::<Result<T, AppError>>().cloned()
            }
        });
        held.or_else(|| serde_json::from_str(&self.text).ok())
            .unwrap_or(Err(AppError::Unreachable))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Answer {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self {
            value: None,
            text: text.into(),
        })
    }
}
