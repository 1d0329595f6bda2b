//! What people do with their own accounts: name, password, sessions.

use crate::{
    accounts::{
        model::{Password, Visit},
        rules,
    },
    error::AppError,
    ids::SessionId,
    time::Timestamp,
};

use super::{
    Accounts,
    session::Session,
    store::{people, sessions},
};

impl Accounts {
    /// Gives somebody another username and `display` name, which may be empty; what they have open is told to begin anew.
    ///
    /// # Errors
    /// `Invalid` when a name won't do, `Conflict` when it is taken.
    pub async fn rename(&self, session: &Session, username: &str, display: &str) -> Result<(), AppError> {
        let (id, username) = (session.me.id, rules::name(username)?);
        let folded = rules::folded(&username);
        let name = match display.trim() {
            "" => username,
            display => rules::display_name(display)?,
        };
        let shown = Some(rules::folded(&name)).filter(|shown| *shown != folded);
        self.with_sessions(id, move |conn| {
            Box::pin(async move {
                people::rename(conn, id, &name, &folded, shown.as_deref()).await?;
                sessions::session_hashes(conn, id).await
            })
        })
        .await
    }

    /// Changes somebody's password and ends their other sessions.
    ///
    /// # Errors
    /// `Forbidden` when `current` isn't theirs, `Invalid` when the new one won't do, `SlowDown`, `Busy`.
    pub async fn change_password(&self, session: &Session, current: Password, new: Password) -> Result<(), AppError> {
        let (id, this) = (session.me.id, session.id);
        self.confirm(session, current).await?;
        let kept = self
            .passwords
            .keep(
                new,
                self.known([session.me.name.clone(), session.me.username.clone()])
                    .await?,
            )
            .await?;
        self.with_sessions(id, move |conn| {
            Box::pin(async move {
                people::set_password(conn, id, &kept).await?;
                sessions::delete_sessions(conn, id, Some(this)).await
            })
        })
        .await
    }

    /// Makes sure that it is the person who sits there.
    ///
    /// # Errors
    /// `Forbidden` when it is another password, `SlowDown`, `Busy`.
    pub(super) async fn confirm(&self, session: &Session, password: Password) -> Result<(), AppError> {
        self.limits.sign_in_as.check(&session.me.username)?;
        let kept = people::password(&self.db.readers, session.me.id).await?;
        if self.passwords.matches(password, kept).await? {
            return Ok(());
        }
        Err(AppError::Forbidden("This is not your current password.".into()))
    }

    /// Somebody's sessions, the last used first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn visits(&self, session: &Session) -> Result<Vec<Visit>, AppError> {
        let found = sessions::visits(&self.db.readers, session.me.id, session.id, Timestamp::now()).await?;
        let named = |visit: Visit| Visit {
            device: device(&visit.device),
            ..visit
        };
        Ok(found.into_iter().map(named).collect())
    }

    /// Ends one of somebody's sessions, or all but the one that asks; sockets and streams end with it.
    ///
    /// # Errors
    /// When that can't be kept.
    pub async fn end_visit(&self, session: &Session, id: Option<SessionId>) -> Result<(), AppError> {
        let (user, this) = (session.me.id, session.id);
        self.with_sessions(user, move |conn| {
            Box::pin(async move {
                match id {
                    Some(id) => Ok(sessions::delete_visit(conn, user, id).await?.into_iter().collect()),
                    None => sessions::delete_sessions(conn, user, Some(this)).await,
                }
            })
        })
        .await
    }
}

/// What a person calls the device whose browser calls itself so.
pub fn device(agent: &str) -> String {
    // Each claims to be those after it too.
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let first = |of: &[(&str, &'static str)]| of.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (first(&browsers), first(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown device".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_called_what_people_call_them() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.5.0", "Unknown device"),
            ("", "Unknown device"),
        ] {
            assert_eq!(device(agent), name, "{agent}");
        }
    }
}
