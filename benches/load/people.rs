//! People with open sessions, made in the data folder before the server starts on it.

use std::path::Path;

use futures::{StreamExt, TryStreamExt, stream};
use squawkbox::{
    accounts::{
        model::{Password, Role},
        server::{Accounts, cookie},
    },
    chat,
    server::{shutdown::Shutdown, start::open_desk},
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
    let shutdown = Shutdown::default();
    let accounts = Accounts::over(open_desk(data, &shutdown).await?, false);
    let people = stream::iter(1..=count)
        .map(|number| sign_in(&accounts, number))
        .buffered(AT_ONCE)
        .try_collect()
        .await;
    // The server finds the database as an orderly stop leaves it.
    drop(accounts);
    shutdown.begun.cancel();
    shutdown.background.close();
    shutdown.background.wait().await;
    people
}

async fn sign_in(accounts: &Accounts, number: usize) -> Result<Person, String> {
    let name = format!("person-{number:03}");
    let password = Password(format!("fathom kettle {number} ostrich lantern"));
    let role = if number == 1 { Role::Admin } else { Role::Member };
    let words = |e| format!("{name} can't be let in: {e}");
    let id = accounts.create_user(&name, password, role).await.map_err(words)?;
    let (_, token) = accounts
        .open_session(squawkbox::accounts::server::store::Beginning {
            user: id,
            agent: String::new(),
            address: String::new(),
            awaits_code: false,
        })
        .await
        .map_err(words)?;
    let cookie = format!("{}={token}", cookie::name(false));
    Ok(Person {
        who: chat::model::Person { id, name },
        cookie,
    })
}
