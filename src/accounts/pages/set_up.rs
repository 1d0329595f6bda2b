//! `/set-up`: the first visit.

use leptos::{prelude::*, server_fn::ServerFn};

use super::gate::{For, Gate, NameField, PasswordField, SendButton, typed};
use crate::{
    accounts::{api::SetUp, rules},
    ticker::model::VenueKind,
    ui::outcome::{Wrong, refusal},
};

/// The team, its first administrator, and where prices come from.
#[component]
pub fn SetUpPage() -> impl IntoView {
    view! {
        <Gate title="Set up Squawkbox" open_to=For::NoTeam>
            <p>"You are the first here. Name your team and make your account: you will be its administrator."</p>
            <Wrong error=refusal(SetUp::PATH) />
            <form method="post" action=SetUp::PATH>
                <div class="field">
                    <label for="team">"Team name"</label>
                    <input id="team" name="team" value=typed("team") required maxlength=rules::TITLE_MAX autocomplete="organization" />
                </div>
                <NameField new=true />
                <PasswordField new=true />
                <fieldset>
                    <legend>"Where prices come from"</legend>
                    {VenueKind::ALL.map(|venue| view! { <VenueBox venue /> }).into_iter().collect_view()}
                </fieldset>
                <SendButton label="Set up" />
            </form>
        </Gate>
    }
}

#[component]
fn VenueBox(venue: VenueKind) -> impl IntoView {
    let (title, hint) = match venue {
        VenueKind::Demo => ("Demo", "Made-up prices, marked DEMO wherever they are shown"),
        VenueKind::Coinbase => (
            "Coinbase Exchange",
            "Its public feed; the server needs to reach the internet",
        ),
        VenueKind::Kraken => ("Kraken", "Its public feed"),
        VenueKind::Binance => ("Binance", "The public feed of its spot market"),
        VenueKind::Finnhub => (
            "Finnhub",
            "US stocks and more; the server must be started with a key (--finnhub-key)",
        ),
        VenueKind::Alpaca => (
            "Alpaca",
            "US stocks; the server must be started with a key and its secret (--alpaca-key, --alpaca-secret)",
        ),
        // It plays a file on the server's machine, which is named where the server is started.
        VenueKind::Replay => return ().into_any(),
    };
    let id = format!("venue-{}", venue.name());
    view! {
        <div class="check">
            <input
                type="checkbox"
                id=id.clone()
                name="venues[]"
                value=venue.name()
                checked=venue == VenueKind::Demo
                aria-describedby=format!("{id}-hint")
            />
            <div>
                <label for=id.clone()>{title}</label>
                <p class="hint" id=format!("{id}-hint")>
                    {hint}
                </p>
            </div>
        </div>
    }
    .into_any()
}
