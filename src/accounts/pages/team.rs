//! `/team`: its name, the join link, and everyone's account; for administrators.

use leptos::{prelude::*, server_fn::ServerFn};

use super::frame::{Done, Frame, When, me};
use crate::{
    accounts::{
        api::team::{NewJoinLink, RenameTeam, SetPreviews, SetSquawks, team_page},
        model::{self, Account, Role},
        rules,
    },
    paths,
    ui::{
        avatar::Avatar,
        loaded::loaded_once,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn TeamPage() -> impl IntoView {
    let body = || {
        loaded_once(team_page, |page| match page {
            Ok(page) => view! { <Team page /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! {
        <Frame title="Team">
            {body()}
            <script src="/copy.js" type="module"></script>
        </Frame>
    }
}

#[component]
fn Team(page: model::TeamPage) -> impl IntoView {
    let model::TeamPage {
        name,
        link,
        picture,
        previews,
        squawk_admins,
        people,
    } = page;
    let own = me().id;
    view! {
        <section aria-labelledby="team-heading">
            <h2 id="team-heading">"Name"</h2>
            <Done what="name" words="The team's name is changed." />
            <Wrong error=refusal(RenameTeam::PATH) />
            <form method="post" action=RenameTeam::PATH>
                <div class="field">
                    <label for="team">"The team's name"</label>
                    <input id="team" name="team" value=name required maxlength=rules::TITLE_MAX autocomplete="organization" />
                </div>
                <button class="button quiet" type="submit">"Change name"</button>
            </form>
        </section>
        <section aria-labelledby="link-heading">
            <h2 id="link-heading">"New people"</h2>
            <Done what="link" words="This is the new link. The old one leads nowhere." />
            <div class="field">
                <label for="join-link">"Join link"</label>
                <div class="side-by-side">
                    <input id="join-link" type="url" readonly value=link.clone() aria-describedby="join-link-hint" />
                    // Its script shows it.
                    <button type="button" class="button quiet" data-copy=link hidden>"Copy"</button>
                </div>
                <p class="hint" id="join-link-hint">
                    "Whoever has this link can make an account. Send it only to people of the team, or let their phones read it."
                </p>
            </div>
            <img class="qr" src=picture alt="QR code of the join link" width="192" height="192" />
            <Wrong error=refusal(NewJoinLink::PATH) />
            <form method="post" action=NewJoinLink::PATH>
                <button class="button quiet" type="submit">"New link"</button>
            </form>
            <p class="hint">"A new link makes the old one useless. Accounts that were made with it stay."</p>
        </section>
        <section aria-labelledby="server-heading">
            <h2 id="server-heading">"Server"</h2>
            <p>
                <a href=paths::CHECKUP>"Check the connection"</a>
                ": what a proxy before this server breaks, and which setting mends it."
            </p>
        </section>
        <section aria-labelledby="previews-heading">
            <h2 id="previews-heading">"Links"</h2>
            <Done what="previews" words="That is how it is from now on." />
            <Wrong error=refusal(SetPreviews::PATH) />
            <form method="post" action=SetPreviews::PATH>
                <label class="choice">
                    <input type="checkbox" name="on" value="true" checked=previews />
                    <span>
                        "Show what is behind a link "
                        <span class="hint">
                            "This server asks the page for its title and picture when somebody posts a link to it; nobody's browser does. Pages in private networks are never asked."
                        </span>
                    </span>
                </label>
                <button class="button quiet" type="submit">"Save"</button>
            </form>
        </section>
        <section aria-labelledby="squawks-heading">
            <h2 id="squawks-heading">"Squawks"</h2>
            <Done what="squawks" words="That is how it is from now on." />
            <Wrong error=refusal(SetSquawks::PATH) />
            <form method="post" action=SetSquawks::PATH>
                <label class="choice">
                    <input type="checkbox" name="admins" value="true" checked=squawk_admins />
                    <span>
                        "Only administrators squawk "
                        <span class="hint">
                            "Everybody hears them. Programs whose token may post squawk either way, and so do feeds."
                        </span>
                    </span>
                </label>
                <button class="button quiet" type="submit">"Save"</button>
            </form>
        </section>
        <section aria-labelledby="people-heading">
            <h2 id="people-heading">"People"</h2>
            <Done what="removed" words="The account is removed." />
            <ul class="entries">
                {people.into_iter().map(|account| view! { <Row account own=own /> }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn Row(account: Account, own: crate::ids::UserId) -> impl IntoView {
    let is_me = account.id == own;
    let manage = format!("/team/{}", account.id);
    view! {
        <li>
            <Avatar name=account.name.clone() id=account.id />
            <div>
                <strong>{account.name.clone()}</strong>
                <p class="hint">{standing(&account)} " · " <Seen account=account.clone() /></p>
            </div>
            {if is_me {
                view! { <span class="hint">"you"</span> }.into_any()
            } else {
                view! { <a class="button quiet" href=manage aria-label=format!("Manage {}", account.name)>"Manage"</a> }.into_any()
            }}
        </li>
    }
}

/// What an account is, in a few words.
pub fn standing(account: &Account) -> String {
    let mut words = Vec::new();
    let called = format!("@{}", account.username);
    if rules::folded(&account.name) != account.username {
        words.push(called.as_str());
    }
    words.push(match (account.bot, account.role) {
        (true, _) => "bot",
        (false, Role::Admin) => "administrator",
        (false, Role::Member) => "member",
    });
    if account.two_factor {
        words.push("second factor");
    }
    if account.suspended.is_some() {
        words.push("suspended");
    }
    words.join(", ")
}

/// When somebody was last here.
#[component]
pub fn Seen(account: Account) -> impl IntoView {
    match account.seen {
        Some(at) => view! { "seen " <When at /> }.into_any(),
        None => view! { "made " <When at=account.created /> }.into_any(),
    }
}
