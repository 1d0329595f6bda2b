//! Lists of symbols: one's own and the team's.
//!
//! `text` reads what was written or imported, `market` says which symbol at which venue is meant and finds what could be,
//! `rules` changes what is on a list, `store` keeps it. After each commit every page is told that lists changed (an update
//! without content, by way of `rounds`), and `watching` has the venues send what is on the lists of those who look.

pub mod departed;
pub mod exchanges;
pub mod market;
pub mod offered;
pub mod page;
pub mod rules;
pub mod store;
pub mod text;
pub mod typed;
pub mod watching;

use std::sync::Arc;

use sqlx::SqliteConnection;

use crate::{
    error::AppError,
    ids::{ListId, UserId},
    server::{db::Database, writer::InTx},
    ticker::{
        lists::{Watchlist, Watchlists},
        model::Key,
    },
};

use self::{
    market::{Market, Sorted},
    store::Owner,
    watching::Watching,
};

use super::record::Recorder;

/// The lists.
pub struct Lists {
    /// `ticker.db`.
    pub db: Database,
    /// What can be put on a list.
    pub market: Market,
    /// Who looks at lists.
    pub watching: Arc<Watching>,
    /// By which pages are told of changes.
    pub recorder: Recorder,
    /// One reads what stays on the board at a time, so that what is read last is said last.
    pub holding: tokio::sync::Mutex<()>,
}

impl Lists {
    /// The lists that `me` sees: their own, then the team's.
    ///
    /// # Errors
    /// `Internal` when the database can't be read.
    pub async fn seen(&self, me: UserId) -> Result<Watchlists, AppError> {
        // Before they are read: what changes meanwhile has a higher one.
        let version = self.market.board.lists();
        let lists = store::lists(&self.db.readers, me).await?;
        let refused = self.watching.refused(lists.iter().flat_map(|list| &list.entries));
        Ok(Watchlists {
            version,
            lists,
            refused,
        })
    }

    /// Makes an empty list of one's own, or of the team's.
    ///
    /// # Errors
    /// `Invalid` or `Conflict` about the name; `Conflict` when there can be no more.
    pub async fn make(&self, me: UserId, name: &str, team: bool) -> Result<ListId, AppError> {
        let name = rules::name(name)?;
        let owner = (!team).then_some(me);
        self.change(move |conn| Box::pin(async move { Ok((owner, store::make(conn, owner, &name).await?)) }))
            .await
    }

    /// Gives a list another name.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` or `Conflict` about the name.
    pub async fn rename(&self, me: UserId, list: ListId, name: &str) -> Result<(), AppError> {
        let name = rules::name(name)?;
        self.change(move |conn| Box::pin(async move { Ok((store::rename(conn, me, list, &name).await?, ())) }))
            .await
    }

    /// Deletes a list.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn delete(&self, me: UserId, list: ListId) -> Result<(), AppError> {
        self.change(move |conn| Box::pin(async move { Ok((store::delete(conn, me, list).await?, ())) }))
            .await
    }

    /// Has these columns shown, in this order.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` about the columns.
    pub async fn set_columns(&self, me: UserId, list: ListId, columns: &[String]) -> Result<(), AppError> {
        let columns = rules::columns(columns)?;
        self.change(move |conn| Box::pin(async move { Ok((store::set_columns(conn, me, list, &columns).await?, ())) }))
            .await
    }

    /// Adds what is written to a list, each once, at the end or from the place `to` on, counted from 0: `VENUE:SYMBOL` or
    /// `SYMBOL`, one or several. With a `venue` it is that one symbol.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` about what is written, `Conflict` when the list would be too long.
    pub async fn add(
        &self,
        me: UserId,
        list: ListId,
        (symbol, venue): (&str, &str),
        to: Option<usize>,
    ) -> Result<(), AppError> {
        let keys = match venue {
            "" => self
                .market
                .resolve(text::read(symbol)?)
                .map_err(|error| self.near(error, symbol))?,
            venue => vec![text::key(venue, symbol).map_err(|why| text::refusal(vec![(0, why)]))?],
        };
        if keys.is_empty() {
            return Err(AppError::Invalid(
                "Write a symbol, such as BTC-USD, or with its venue, such as coinbase:BTC-USD.".into(),
            ));
        }
        self.edit(me, list, move |entries| {
            rules::add(entries, keys.clone())?;
            match to {
                Some(to) => (to..)
                    .zip(&keys)
                    .try_for_each(|(to, key)| rules::shift(entries, key, to)),
                None => Ok(()),
            }
        })
        .await
    }

    /// A refusal of `typed`, with what it may be the beginning of.
    fn near(&self, error: AppError, typed: &str) -> AppError {
        const NAMED: usize = 3;
        let found = self.market.search(typed);
        let near: Vec<String> = found
            .iter()
            .take(NAMED)
            .map(|found| text::written(&found.key))
            .collect();
        match error {
            AppError::Invalid(words) if !near.is_empty() => {
                AppError::Invalid(format!("{words} Near it: {}.", near.join(", ")))
            }
            error => error,
        }
    }

    /// Takes an entry off a list; one that is off already stays off.
    ///
    /// # Errors
    /// `NotFound` for the list.
    pub async fn remove(&self, me: UserId, list: ListId, key: Key) -> Result<(), AppError> {
        self.edit(me, list, move |entries| {
            rules::remove(entries, &key);
            Ok(())
        })
        .await
    }

    /// Moves an entry to the place `to` of a list, counted from 0; beyond the end means the end.
    ///
    /// # Errors
    /// `NotFound` for the list or the entry.
    pub async fn shift(&self, me: UserId, list: ListId, key: Key, to: usize) -> Result<(), AppError> {
        self.edit(me, list, move |entries| rules::shift(entries, &key, to))
            .await
    }

    /// Adds what `text` names to a list, or puts it in the place of what is on it. What is of an exchange that no venue here
    /// has is left out, and told, as is what was taken as something else; `None` where there is nothing to tell.
    ///
    /// # Errors
    /// As [`Lists::add`]; `TooLarge`. Then nothing has changed.
    pub async fn import(
        &self,
        me: UserId,
        list: ListId,
        text: &str,
        replace: bool,
    ) -> Result<Option<String>, AppError> {
        let Sorted { taken, left, faults } = self.market.sort_out(text::read(text)?);
        if !faults.is_empty() {
            return Err(text::refusal(faults));
        }
        if taken.is_empty() && !left.is_empty() {
            return Err(text::refusal(left));
        }
        let told = text::told(&taken, &left);
        let idle = self.market.idle(taken.iter().map(|(_, key)| key.clone()));
        let idle = (!idle.is_empty()).then(|| {
            format!(
                "No prices come from {}: this server doesn't watch there.",
                idle.join(", ")
            )
        });
        let told: Vec<String> = told.into_iter().chain(idle).collect();
        let keys: Vec<Key> = taken.into_iter().map(|(_, key)| key).collect();
        if keys.is_empty() {
            return Err(AppError::Invalid(
                "This text names no symbol. Write one a line, as VENUE:SYMBOL or SYMBOL.".into(),
            ));
        }
        self.edit(me, list, move |entries| {
            if replace {
                entries.clear();
            }
            rules::add(entries, keys)
        })
        .await?;
        Ok((!told.is_empty()).then(|| told.join(" ")))
    }

    /// A list as text, which [`Lists::import`] reads.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn export(&self, me: UserId, list: ListId) -> Result<String, AppError> {
        let lists = store::lists(&self.db.readers, me).await?;
        let list = lists.into_iter().find(|Watchlist { id, .. }| *id == list);
        list.map(|list| text::write(&list.entries)).ok_or_else(store::no_list)
    }

    /// Deletes the lists of people who are no longer on the team.
    ///
    /// # Errors
    /// `Internal` when it can't be written.
    pub async fn forget(&self, people: Vec<UserId>) -> Result<(), AppError> {
        let work = self
            .db
            .writer
            .write(move |conn| Box::pin(async move { store::forget(conn, &people).await }));
        work.await
    }

    async fn edit(
        &self,
        me: UserId,
        list: ListId,
        edit: impl FnOnce(&mut Vec<Key>) -> Result<(), AppError> + Send + 'static,
    ) -> Result<(), AppError> {
        self.change(move |conn| {
            Box::pin(async move {
                let (owner, mut entries) = store::entries(conn, me, list).await?;
                edit(&mut entries)?;
                store::set_entries(conn, list, &entries).await?;
                Ok((owner, ()))
            })
        })
        .await
    }

    /// Writes, and after the commit has pages told and venues asked; `work` says whose list it is, too.
    async fn change<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c mut SqliteConnection) -> InTx<'c, (Owner, T)> + Send + 'static,
    ) -> Result<T, AppError> {
        let (recorder, watching) = (self.recorder.clone(), self.watching.clone());
        let tell = move |(owner, _): &(Owner, T)| {
            recorder.lists_changed();
            watching.look_anew(*owner);
        };
        let (_, made) = self.db.writer.write_then(work, tell).await?;
        // Should that fail, it has been logged, and what was held stays so.
        let _ = self.hold().await;
        Ok(made)
    }

    /// Has what is on lists stay on the board.
    ///
    /// # Errors
    /// `Internal` when the database can't be read.
    pub async fn hold(&self) -> Result<(), AppError> {
        let _turn = self.holding.lock().await;
        self.recorder.hold("lists", store::all(&self.db.readers).await?);
        Ok(())
    }
}
