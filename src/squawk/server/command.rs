//! `/squawk` in chat.

use std::sync::Arc;

use super::{
    Squawk,
    publish::{New, Source, publish},
};
use crate::chat::server::commands::{Call, Command, Outcome, Run};

/// The command.
pub struct Say(pub Arc<Squawk>);

impl Command for Say {
    fn name(&self) -> &'static str {
        "squawk"
    }
    fn usage(&self) -> &'static str {
        "TEXT"
    }
    fn summary(&self) -> &'static str {
        "tells everyone a headline"
    }
    fn run<'a>(&'a self, call: Call<'a>) -> Run<'a> {
        Box::pin(async move {
            if call.draft.body.trim().is_empty() {
                return Err((self as &dyn Command).misused());
            }
            let new = New {
                text: call.draft.body,
                url: None,
                outer_id: Some(call.draft.client_id),
            };
            publish(&self.0, Source::Member(call.me.id), new).await?;
            Ok(Outcome::Note("Everyone hears it.".into()))
        })
    }
}
