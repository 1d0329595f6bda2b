//! Where people choose what they are notified of.

use leptos::prelude::*;

use super::model::Level;

/// What somebody may choose, in a form.
#[component]
pub fn LevelChoice(
    /// What holds.
    level: Level,
    /// What the field is called.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let option = |other: Level| {
        let words = match other {
            Level::Everything => "Everything",
            Level::Mentions => "Mentions",
            Level::Nothing => "Nothing",
        };
        view! {
            <option value=other.text() selected=other == level>
                {words}
            </option>
        }
    };
    view! {
        <select name="level" aria-label=label>
            {Level::ALL.map(option).collect_view()}
        </select>
    }
}
