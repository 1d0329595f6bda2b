//! What sign-in, set-up and join share: the card, who it is for, fields, and what went wrong.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::Redirect, hooks::use_query_map};

use crate::{
    accounts::{api::who, model::Visitor, rules},
    ui::{loaded::loaded_once, outcome::Wrong},
};

/// Who a page outside the desk is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// The very first visitor.
    NoTeam,
    /// People of the team, or to be, who are not signed in.
    SignedOut,
}

impl For {
    /// Where this visitor belongs instead; `None` when it is here.
    fn elsewhere(self, visitor: &Visitor) -> Option<&'static str> {
        match (visitor, self) {
            (Visitor::NoTeam, Self::NoTeam) | (Visitor::SignedOut, Self::SignedOut) => None,
            (Visitor::NoTeam, Self::SignedOut) => Some("/set-up"),
            (Visitor::SignedOut, Self::NoTeam) => Some("/sign-in"),
            (Visitor::In { .. }, _) => Some("/"),
        }
    }
}

/// The card. Sends everyone whom it is not for where they belong, before anything is shown.
#[component]
pub fn Gate(
    /// The page's title and heading.
    title: &'static str,
    /// Who may see it.
    open_to: For,
    /// What the card holds below its heading.
    children: ChildrenFn,
) -> impl IntoView {
    let card = loaded_once(who, move |visitor| {
        match visitor.map(|visitor| open_to.elsewhere(&visitor)) {
            Ok(None) => children().into_any(),
            Ok(Some(path)) => view! { <Redirect path /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        }
    });
    view! {
        <Title text=title />
        <main class="gate">
            <span class="mark" aria-hidden="true"></span>
            <h1>{title}</h1>
            {card}
        </main>
    }
}

/// The button that sends a form.
#[component]
pub fn SendButton(
    /// What the button says.
    label: &'static str,
) -> impl IntoView {
    view! {
        <button class="button" type="submit">
            {label}
        </button>
    }
}

/// The field of the name that one signs in with.
#[component]
pub fn NameField(
    /// Whether it is a new one, whose rules are told.
    #[prop(optional)]
    new: bool,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for="name">"Sign-in name"</label>
            <input
                id="name"
                name="name"
                value=typed("name")
                required
                autofocus=!new
                autocomplete="username"
                autocapitalize="none"
                spellcheck="false"
                minlength=new.then_some(rules::NAME_MIN)
                maxlength=new.then_some(rules::NAME_MAX)
                aria-describedby=new.then_some("name-hint")
            />
            {new
                .then(|| {
                    view! {
                        <p class="hint" id="name-hint">
                            "2 to 32 letters, digits, dots, hyphens or underscores, without spaces, such as ines.tan. The name that others see can be chosen afterwards, under You."
                        </p>
                    }
                })}
        </div>
    }
}

/// What was typed into a field before the form was refused.
pub fn typed(field: &'static str) -> Option<String> {
    use_query_map().with_untracked(|query| query.get(field))
}

/// The field of one's password.
#[component]
pub fn PasswordField(
    /// Whether it is a new one, whose rules are told.
    #[prop(optional)]
    new: bool,
    /// What it is called.
    #[prop(default = "Password")]
    label: &'static str,
) -> impl IntoView {
    // No maxlength: a browser would cut a longer one without a word.
    view! {
        <div class="field">
            <label for="password">{label}</label>
            <input
                id="password"
                name="password"
                type="password"
                required
                autocomplete=if new { "new-password" } else { "current-password" }
                minlength=new.then_some(rules::PASSWORD_MIN)
                aria-describedby=new.then_some("password-hint")
            />
            {new
                .then(|| {
                    view! {
                        <p class="hint" id="password-hint">
                            "At least 10 characters; common passwords are refused. A few unrelated words make a good one."
                        </p>
                    }
                })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accounts::model::{Me, Role},
        ids::UserId,
    };

    #[test]
    fn everyone_is_sent_where_they_belong() {
        let me = Me {
            id: UserId(1),
            name: "ines".into(),
            username: "ines".into(),
            role: Role::Member,
        };
        let inside = Visitor::In {
            me,
            team: "North desk".into(),
        };
        for (page, visitor, path) in [
            (For::NoTeam, &Visitor::NoTeam, None),
            (For::NoTeam, &Visitor::SignedOut, Some("/sign-in")),
            (For::NoTeam, &inside, Some("/")),
            (For::SignedOut, &Visitor::NoTeam, Some("/set-up")),
            (For::SignedOut, &Visitor::SignedOut, None),
            (For::SignedOut, &inside, Some("/")),
        ] {
            assert_eq!(page.elsewhere(visitor), path, "{visitor:?}");
        }
    }
}
