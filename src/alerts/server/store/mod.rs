//! Alerts in `desk.db`: rules, what is known of them, and what they have said.

mod fired;
mod firings;
mod rules;
mod states;

pub use fired::{Fired, fired};
pub use firings::{
    Firing, Of, acknowledge, firing, group, insert_firing, last_fired, of_rule, open_of_rule, set_alerts, set_place,
    set_telling, snooze, snoozed, wake,
};
pub use rules::{Kept, Seen, delete, insert, levels, no_alert, rule, seen, set_on, set_trouble, update, watched};
pub use states::{
    awake, bot, forget_state, keep_states, next_secret, own_line, own_secret, secrets, set_awake, set_bot,
    set_own_line, snoozes, states,
};
