//! `/you`: name, looks, password, second factor, sessions, and the way out.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{
    frame::{Done, Frame, When},
    gate::PasswordField,
    two_factor::SecondFactor,
};
use crate::{
    accounts::{
        api::{
            SignOut,
            you::{ChangePassword, EndSession, Rename, SetLooks, own_page},
        },
        model::{self, Pair, Role, Theme, Visit},
        rules,
    },
    paths,
    ui::{
        loaded::loaded_once,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn YouPage() -> impl IntoView {
    let body = || {
        let made = use_query_map().with_untracked(|query| query.get("made"));
        loaded_once(
            move || own_page(made.clone()),
            |page| match page {
                Ok(page) => view! { <Own page /> }.into_any(),
                Err(error) => view! { <Wrong error /> }.into_any(),
            },
        )
    };
    view! { <Frame title="You">{body()}</Frame> }
}

#[component]
fn Own(page: model::OwnPage) -> impl IntoView {
    let model::OwnPage {
        me,
        picture,
        recovery_left,
        recovery,
        visits,
    } = page;
    let role = if me.role == Role::Admin {
        "an administrator"
    } else {
        "a member"
    };
    // Whoever has no display name is shown by the username, as typed.
    let (display, username) = match rules::folded(&me.name) == me.username {
        true => (String::new(), me.name.clone()),
        false => (me.name.clone(), me.username),
    };
    view! {
        <p>"Signed in as " <strong>{me.name}</strong> ", " {role} "."</p>
        <Wrong error=refusal(SignOut::PATH) />
        <form method="post" action=SignOut::PATH>
            <button class="button quiet" type="submit">"Sign out"</button>
        </form>
        <section aria-labelledby="name-heading">
            <h2 id="name-heading">"Names"</h2>
            <Done what="name" words="Your names are changed." />
            <Wrong error=refusal(Rename::PATH) />
            <form method="post" action=Rename::PATH>
                <div class="field">
                    <label for="display">"Display name"</label>
                    <input
                        id="display"
                        name="display"
                        value=display
                        autocomplete="name"
                        maxlength=rules::DISPLAY_MAX
                        aria-describedby="display-hint"
                    />
                    <p class="hint" id="display-hint">
                        "What the others see, also beside what you said earlier. Left empty, they see your sign-in name."
                    </p>
                </div>
                <div class="field">
                    <label for="name">"Sign-in name"</label>
                    <input
                        id="name"
                        name="name"
                        value=username.clone()
                        required
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck="false"
                        minlength=rules::NAME_MIN
                        maxlength=rules::NAME_MAX
                        aria-describedby="name-hint"
                    />
                    <p class="hint" id="name-hint">"Also how the others call you: @" {username}</p>
                </div>
                <button class="button quiet" type="submit">"Change names"</button>
            </form>
        </section>
        <Picture picture />
        <Looks />
        <section aria-labelledby="password-heading">
            <h2 id="password-heading">"Password"</h2>
            <Done what="password" words="Your password is changed, and your other sessions have ended." />
            <Wrong error=refusal(ChangePassword::PATH) />
            <form method="post" action=ChangePassword::PATH>
                <CurrentPassword id="current" />
                <PasswordField new=true label="New password" />
                <button class="button quiet" type="submit">"Change password"</button>
            </form>
            <p class="hint">"Forgotten it? An administrator can make you a link to choose another."</p>
        </section>
        <SecondFactor left=recovery_left made=recovery />
        <Sessions visits />
    }
}

/// The field in which one shows that one is oneself.
#[component]
pub fn CurrentPassword(
    /// The field's, since there are several.
    id: &'static str,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>"Current password"</label>
            <input id=id name="current" type="password" required autocomplete="current-password" />
        </div>
    }
}

/// Multipart, for what the form holds is a file; `chat/server/avatars` takes it.
#[component]
fn Picture(picture: Option<String>) -> impl IntoView {
    let remove = picture.is_some().then(|| {
        view! {
            <form method="post" action=paths::OWN_AVATAR enctype="multipart/form-data">
                <input type="hidden" name="remove" value="yes" />
                <button class="button quiet" type="submit">"Remove picture"</button>
            </form>
        }
    });
    view! {
        <section aria-labelledby="picture-heading">
            <h2 id="picture-heading">"Picture"</h2>
            <Done what="avatar" words="Your picture is changed. The others see it within a minute." />
            <Done what="no-avatar" words="Your picture is removed." />
            <Wrong error=refusal(paths::OWN_AVATAR) />
            {picture.map(|url| view! { <img class="face" src=url alt="Your picture" width="64" height="64" /> })}
            <form method="post" action=paths::OWN_AVATAR enctype="multipart/form-data">
                <div class="field">
                    <label for="picture">"New picture"</label>
                    <input
                        id="picture"
                        name="picture"
                        type="file"
                        accept="image/png,image/jpeg,image/webp,image/gif"
                        required
                        aria-describedby="picture-hint"
                    />
                    <p class="hint" id="picture-hint">
                        "PNG, JPEG, WebP or GIF, 2 MiB at most. Its middle is shown in place of your initials; what else the file tells is not kept."
                    </p>
                </div>
                <button class="button quiet" type="submit">"Use picture"</button>
            </form>
            {remove}
        </section>
    }
}

#[component]
fn Looks() -> impl IntoView {
    let (theme, pair) = (
        use_context::<Theme>().unwrap_or_default(),
        use_context::<Pair>().unwrap_or_default(),
    );
    let choice = |name: &'static str, value: &'static str, words: &'static str, chosen: bool| {
        view! {
            <label class="choice">
                <input type="radio" name=name value=value checked=chosen />
                <span>{words}</span>
            </label>
        }
    };
    let themes = Theme::ALL.map(|one| {
        let words = match one {
            Theme::System => "As the device",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        };
        choice("theme", one.text(), words, one == theme)
    });
    let pairs = Pair::ALL.map(|one| {
        let words = match one {
            Pair::GreenRed => "Green and red",
            Pair::BlueOrange => "Blue and orange",
        };
        choice("pair", one.text(), words, one == pair)
    });
    view! {
        <section aria-labelledby="looks-heading">
            <h2 id="looks-heading">"Colours"</h2>
            <Done what="looks" words="These are the colours on this device." />
            <form method="post" action=SetLooks::PATH>
                <fieldset class="choices">
                    <legend>"Pages on this device"</legend>
                    {themes.collect_view()}
                </fieldset>
                <fieldset class="choices">
                    <legend>"What rises, and what falls"</legend>
                    {pairs.collect_view()}
                </fieldset>
                <button class="button quiet" type="submit">"Use these colours"</button>
            </form>
        </section>
    }
}

#[component]
fn Sessions(visits: Vec<Visit>) -> impl IntoView {
    let others = visits.iter().any(|visit| !visit.this);
    let row = |visit: Visit| {
        let end = if visit.this {
            view! { <span class="hint">"this one"</span> }.into_any()
        } else {
            view! {
                <form method="post" action=EndSession::PATH>
                    <input type="hidden" name="session" value=visit.id.to_string() />
                    <button class="button quiet" type="submit" aria-label=format!("End {}, {}", visit.device, visit.address)>
                        "End"
                    </button>
                </form>
            }
            .into_any()
        };
        view! {
            <li>
                <div>
                    <strong>{visit.device}</strong>
                    <p class="hint">{visit.address} " · since " <When at=visit.since /> " · seen " <When at=visit.seen /></p>
                </div>
                {end}
            </li>
        }
    };
    view! {
        <section aria-labelledby="sessions-heading">
            <h2 id="sessions-heading">"Sessions"</h2>
            <Wrong error=refusal(EndSession::PATH) />
            <ul class="entries">{visits.into_iter().map(row).collect_view()}</ul>
            {others
                .then(|| {
                    view! {
                        <form method="post" action=EndSession::PATH>
                            <button class="button quiet" type="submit">"End all others"</button>
                        </form>
                    }
                })}
        </section>
    }
}
