//! The pages through which people come in and out. All of them work without scripts: a form is posted, and what
//! was wrong comes back in the address.

mod gate;
mod join;
mod more;
mod set_up;
mod sign_in;

pub use self::{join::JoinPage, more::MorePage, set_up::SetUpPage, sign_in::SignInPage};
