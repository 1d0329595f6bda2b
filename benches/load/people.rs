//! People with open sessions, made in the data folder before the server starts on it.

use std::path::Path;

use futures::{StreamExt, TryStreamExt, stream};
use squawkbox::{
    accounts::server::store::Beginning,
    accounts::{
        model::{Password, Role},
        server::{Accounts, cookie},
    },
    chat,
    ids::UserId,
    server::{db::Database, shutdown::Shutdown, start::open_desk},
};

/// As many passwords at once as the library hashes at once: more would only wait.
const AT_ONCE: usize = 2;

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person {
    /// As chat shows them.
    pub who: chat::model::Person,
    /// The `Cookie` header of their browser.
    pub cookie: String,
}

/// Creates `count` people and a session for each.
///
/// # Errors
/// What the library says, in words.
pub async fn create(data: &Path, count: usize) -> Result<Vec<Person>, String> {
    eprintln!("making {count} accounts ...");
    at_desk(data, async |desk, _| {
        let accounts = &Accounts::over(desk, false);
        stream::iter(1..=count)
            .map(|number| admit(accounts, number))
            .buffered(AT_ONCE)
            .try_collect()
            .await
    })
    .await
}

/// Does one piece of work on `desk.db`, with nothing of the server running but its background tasks.
///
/// # Errors
/// What the library or the work says, in words.
pub async fn at_desk<T>(
    data: &Path,
    work: impl AsyncFnOnce(Database, &Shutdown) -> Result<T, String>,
) -> Result<T, String> {
    let shutdown = Shutdown::default();
    let outcome = work(open_desk(data, &shutdown).await?, &shutdown).await;
    // The server finds the database as an orderly stop leaves it.
    shutdown.begun.cancel();
    shutdown.background.close();
    shutdown.background.wait().await;
    outcome
}

async fn admit(accounts: &Accounts, number: usize) -> Result<Person, String> {
    let name = format!("person-{number:03}");
    let password = Password(format!("fathom kettle {number} ostrich lantern"));
    let role = if number == 1 { Role::Admin } else { Role::Member };
    let made = accounts.create_user(&name, password, role).await;
    let id = made.map_err(|e| format!("{name} can't be let in: {e}"))?;
    sign_in(accounts, id, name).await
}

/// A new session for somebody who has an account.
///
/// # Errors
/// What the library says, in words.
pub async fn sign_in(accounts: &Accounts, id: UserId, name: String) -> Result<Person, String> {
    let opened = accounts.open_session(Beginning::of(id)).await;
    let (_, token) = opened.map_err(|e| format!("{name} can't be let in: {e}"))?;
    let cookie = format!("{}={token}", cookie::name(false));
    Ok(Person {
        who: chat::model::Person {
            id,
            name,
            ..chat::model::Person::default()
        },
        cookie,
    })
}
