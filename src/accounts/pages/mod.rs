//! The pages through which people come in, and those of their accounts. None needs scripts: a form is posted, and what
//! was wrong comes back in the address.

mod code;
pub mod frame;
mod gate;
mod join;
mod person;
mod reset;
mod set_up;
mod sign_in;
mod team;
mod two_factor;
mod you;

pub use self::{
    code::CodePage, join::JoinPage, person::PersonPage, reset::ResetPage, set_up::SetUpPage, sign_in::SignInPage,
    team::TeamPage, two_factor::TwoFactorPage, you::YouPage,
};
