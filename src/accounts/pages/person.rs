//! `/team/ID`: one account, for administrators.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    frame::{Done, Frame, me},
    team::{Seen, standing},
};
use crate::{
    accounts::{
        api::team::{DropTwoFactor, RemovePerson, ResetLink, SetRole, SetSuspended, account, whole_reset_link},
        model::{Account, Role},
    },
    error::AppError,
    ids::UserId,
    ui::{
        loaded::{loaded, loaded_once},
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn PersonPage() -> impl IntoView {
    let params = use_params_map();
    let body = move || {
        let id = move || params.with(|params| params.get("person").and_then(|id| id.parse::<UserId>().ok()));
        let fetch = |id: Option<UserId>| async move {
            account(id.ok_or_else(|| AppError::NotFound("An account's address ends in a number.".into()))?).await
        };
        loaded(id, fetch, |found| match found {
            Ok(account) => view! { <Manage account /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! { <Frame title="Account">{body()}</Frame> }
}

#[component]
fn Manage(account: Account) -> impl IntoView {
    let id = account.id.to_string();
    if account.id == me().id {
        return view! { <p>"This is your own account. What it can do is under " <a href="/you">"You"</a> "; another administrator can do the rest."</p> }
            .into_any();
    }
    let (is_admin, suspended) = (account.role == Role::Admin, account.suspended.is_some());
    let people = (!account.bot).then(|| view! { <Person account=account.clone() /> });
    let (role, role_words) = if is_admin {
        ("member", "Make a member")
    } else {
        ("admin", "Make an administrator")
    };
    view! {
        <p><strong>{account.name.clone()}</strong> ", " {standing(&account)} " · " <Seen account=account.clone() /></p>
        <Done what="role" words="The role is changed." />
        <Done what="two-factor" words="The second factor is off." />
        {(!account.bot)
            .then(|| {
                let id = id.clone();
                view! {
                    <section aria-labelledby="role-heading">
                        <h2 id="role-heading">"Role"</h2>
                        <Wrong error=refusal(SetRole::PATH) />
                        <form method="post" action=SetRole::PATH>
                            <input type="hidden" name="id" value=id />
                            <input type="hidden" name="role" value=role />
                            <button class="button quiet" type="submit">{role_words}</button>
                        </form>
                        <p class="hint">"Administrators manage accounts and the join link, and can delete what anybody said."</p>
                    </section>
                }
            })}
        {people}
        <section aria-labelledby="suspend-heading">
            <h2 id="suspend-heading">{if suspended { "Suspended" } else { "Suspend" }}</h2>
            <Wrong error=refusal(SetSuspended::PATH) />
            <form method="post" action=SetSuspended::PATH>
                <input type="hidden" name="id" value=id.clone() />
                <input type="hidden" name="suspended" value=(!suspended).to_string() />
                <button class="button quiet" type="submit">{if suspended { "Let in again" } else { "Suspend" }}</button>
            </form>
            <p class="hint">"Who is suspended is signed out at once, everywhere, and can't sign in. Nothing that they said changes."</p>
        </section>
        <section aria-labelledby="remove-heading">
            <h2 id="remove-heading">"Remove"</h2>
            <Wrong error=refusal(RemovePerson::PATH) />
            <form method="post" action=RemovePerson::PATH>
                <input type="hidden" name="id" value=id />
                <p>"The account ends for good, and its name is free again. This can't be undone."</p>
                <label class="choice">
                    <input type="checkbox" name="messages" value="true" />
                    <span>"Delete everything that " {account.name.clone()} " said, too"</span>
                </label>
                <div class="field">
                    <label for="confirm">"Type " {account.name.clone()} " to remove the account"</label>
                    <input id="confirm" name="name" required autocomplete="off" autocapitalize="none" spellcheck="false" />
                </div>
                <button class="button danger" type="submit">"Remove"</button>
            </form>
        </section>
    }
    .into_any()
}

/// What only people have: passwords and phones to forget.
#[component]
fn Person(account: Account) -> impl IntoView {
    let id = account.id.to_string();
    let code = use_query_map().with_untracked(|query| query.get("reset"));
    let made = code.map(|code| {
        loaded_once(
            move || whole_reset_link(code.clone()),
            |link| match link {
                Ok(link) => view! {
                    <div class="field">
                        <label for="reset-link">"Link to choose a new password"</label>
                        <input id="reset-link" readonly value=link aria-describedby="reset-hint" />
                        <p class="hint" id="reset-hint">"Send it to nobody else. It is good for a day, and once."</p>
                    </div>
                }
                .into_any(),
                Err(error) => view! { <Wrong error /> }.into_any(),
            },
        )
    });
    let factor = account.two_factor.then(|| {
        let id = id.clone();
        view! {
            <Wrong error=refusal(DropTwoFactor::PATH) />
            <form method="post" action=DropTwoFactor::PATH>
                <input type="hidden" name="id" value=id />
                <button class="button quiet" type="submit">"Turn the second factor off"</button>
            </form>
        }
    });
    view! {
        <section aria-labelledby="password-heading">
            <h2 id="password-heading">"Locked out"</h2>
            <Wrong error=refusal(ResetLink::PATH) />
            {made}
            <form method="post" action=ResetLink::PATH>
                <input type="hidden" name="id" value=id />
                <button class="button quiet" type="submit">"Make a link to choose a new password"</button>
            </form>
            {factor}
        </section>
    }
}
