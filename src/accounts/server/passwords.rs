//! Passwords: which are refused, and argon2id off the async threads with bounded concurrency.

use std::{sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use tokio::sync::Semaphore;

use crate::{
    accounts::{model::Password, rules},
    error::AppError,
    server::error::internal,
};

use super::secret::random;

/// Hashes at once; each takes a thread and [`MEMORY_KIB`].
const AT_ONCE: usize = 2;
/// How long one waits for its turn before it is told that the server is busy.
const PATIENCE: Duration = Duration::from_secs(5);
/// OWASP's figures for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// A password that is found within so many guesses is refused. zxcvbn counts a word of its 30,000 most common
/// passwords as its rank, and small changes to it (capitals, 3 for e, a year behind it) as factors: this covers
/// the list and what people do to it.
const GUESSES: u64 = 1_000_000;

/// Hashes and compares.
pub struct Passwords {
    turns: Arc<Semaphore>,
    patience: Duration,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            patience: PATIENCE,
        }
    }
}

impl Passwords {
    /// What is kept of a new password. `known` are words that a stranger would try first: the names involved.
    ///
    /// # Errors
    /// `Invalid` when it is too short, too long or too common; `Busy` when too many wait.
    pub async fn keep(&self, password: Password, known: Vec<String>) -> Result<String, AppError> {
        rules::password_length(&password.0)?;
        self.run(move || {
            refuse_common(&password, &known)?;
            hash(&password)
        })
        .await?
    }

    /// Whether this is the password of which `kept` was kept. Without one it takes as long and says no, so that
    /// nobody learns which names exist.
    ///
    /// # Errors
    /// `Busy` when too many wait.
    pub async fn matches(&self, password: Password, kept: Option<String>) -> Result<bool, AppError> {
        self.run(move || match kept {
            Some(kept) => verify(&password, &kept),
            None => hash(&password).map(|_| false),
        })
        .await?
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
        let turn = tokio::time::timeout(self.patience, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| AppError::Busy)?.map_err(|_| AppError::Busy)?;
        let work = move || {
            let done = work();
            // Given back here, not by the caller, who may be gone while the hash is still being made.
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|cause| internal("hashing", &cause))
    }
}

fn refuse_common(password: &Password, known: &[String]) -> Result<(), AppError> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if zxcvbn::zxcvbn(&password.0, &known).guesses() <= GUESSES {
        return Err(AppError::Invalid(
            "That password is among the first that a stranger would try. Take a longer or a less common one, such as \
             four words that have nothing to do with each other."
                .into(),
        ));
    }
    Ok(())
}

fn argon2id() -> Result<Argon2<'static>, AppError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|cause| internal("argon2", &cause))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &Password) -> Result<String, AppError> {
    let salt = SaltString::encode_b64(&random::<16>()?).map_err(|cause| internal("argon2", &cause))?;
    let hash = argon2id()?
        .hash_password(password.0.as_bytes(), &salt)
        .map_err(|cause| internal("argon2", &cause))?;
    Ok(hash.to_string())
}

fn verify(password: &Password, kept: &str) -> Result<bool, AppError> {
    let kept = PasswordHash::new(kept).map_err(|cause| internal("a kept password", &cause))?;
    match argon2id()?.verify_password(password.0.as_bytes(), &kept) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::Password) => Ok(false),
        Err(cause) => Err(internal("argon2", &cause)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_common(text: &str, known: &[&str]) -> bool {
        let known: Vec<String> = known.iter().map(|&word| word.to_owned()).collect();
        refuse_common(&Password(text.to_owned()), &known).is_err()
    }

    #[test]
    fn common_passwords_are_refused() {
        let short = "123456 password 12345678 qwerty 123456789 12345 1234 111111 1234567 dragon 123123 baseball abc123 \
                     football monkey letmein shadow master 696969 michael mustang superman batman trustno1 iloveyou \
                     sunshine princess welcome starwars computer corvette";
        let long = "1234567890 qwertyuiop 0987654321 1q2w3e4r5t 1qaz2wsx3edc passwordpassword password123 \
                    password1234 Password123 P@ssw0rd123 basketball manchester liverpool1 undertaker skateboard \
                    volleyball motherfucker qwerty12345 qwerty123456 1111111111 0000000000 aaaaaaaaaa abcdefghij \
                    abcdefghijklmnop 123456789012 9876543210 q1w2e3r4t5 q1w2e3r4t5y6 asdfghjkl1 1234512345 \
                    sunshine123 iloveyou123 iloveyou12 football12 letmein123 administrator christopher \
                    butterfly1 superman123 welcome123 qazwsxedcr";
        for text in short.split_whitespace().chain(long.split_whitespace()) {
            assert!(is_common(text, &[]), "{text}");
        }
    }

    #[test]
    fn names_of_the_place_are_refused() {
        assert!(is_common("zyxomatic2026", &["zyxomatic"]));
        assert!(!is_common("zyxomatic2026", &[]), "it was the name that made it common");
    }

    #[test]
    fn uncommon_ones_pass() {
        for text in [
            "correct horse battery staple",
            "kettle-ostrich-fathom",
            "v9$Lq2!mXz7k",
            "größenwahnsinnig leise",
        ] {
            assert!(!is_common(text, &["ines", "North desk"]), "{text}");
        }
    }

    #[tokio::test]
    async fn keeps_owasps_figures_and_matches_only_itself() {
        let passwords = Passwords::default();
        let good = Password("kettle-ostrich-fathom".into());
        let kept = passwords.keep(good.clone(), Vec::new()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(passwords.matches(good.clone(), Some(kept.clone())).await.unwrap());
        assert!(
            !passwords
                .matches(Password("kettle-ostrich-fathoms".into()), Some(kept))
                .await
                .unwrap()
        );
        assert!(!passwords.matches(good, None).await.unwrap());
    }

    /// The list that we take from zxcvbn, as its crate has it; cargo keeps what it builds from.
    fn common() -> Vec<String> {
        let cargo = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
        let cargo = cargo.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).unwrap();
        let sources = std::fs::read_dir(cargo.join("registry/src")).expect("cargo's sources");
        let crates = sources.flat_map(|index| std::fs::read_dir(index.unwrap().path()).unwrap());
        let ours = crates.map(|entry| entry.unwrap().path()).find(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("zxcvbn-3.1")
        });
        let lists = ours.expect("zxcvbn").join("src/frequency_lists.rs");
        let lists = std::fs::read_to_string(lists).unwrap();
        let list = lists
            .lines()
            .find_map(|line| line.strip_prefix("const PASSWORDS: &str = \""));
        let list = list.expect("the list").trim_end_matches("\";");
        list.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn each_of_the_most_common_three_thousand_is_refused() {
        let list = common();
        assert!(list.len() >= 3_000, "{}", list.len());
        for text in &list[..3_000] {
            assert!(is_common(text, &[]), "{text}");
        }
        // The rest by samples: each takes its time.
        for text in list[3_000..].iter().step_by(50) {
            assert!(is_common(text, &[]), "{text}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn so_many_hash_at_once_and_others_go_on() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let passwords = Arc::new(Passwords::default());
        let (now, most) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let jobs = (0..6).map(|_| {
            let (passwords, now, most) = (passwords.clone(), now.clone(), most.clone());
            tokio::spawn(async move {
                let work = move || {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(100));
                    now.fetch_sub(1, Ordering::SeqCst);
                };
                passwords.run(work).await
            })
        });
        let jobs = futures::future::join_all(jobs);
        // More hash than there are threads for requests; these have none of it.
        let mut turns = 0;
        let others = async {
            loop {
                tokio::time::sleep(Duration::from_millis(10)).await;
                turns += 1;
            }
        };
        tokio::select! {
            done = jobs => assert!(done.into_iter().all(|done| done.unwrap().is_ok())),
            () = others => (),
        }
        assert_eq!(most.load(Ordering::SeqCst), AT_ONCE);
        assert!(turns >= 5, "others got {turns} turns");
    }

    #[tokio::test]
    async fn says_busy_rather_than_let_everyone_wait() {
        let passwords = Passwords {
            patience: Duration::from_millis(20),
            ..Passwords::default()
        };
        let _all = passwords
            .turns
            .clone()
            .acquire_many_owned(AT_ONCE as u32)
            .await
            .unwrap();
        let answer = passwords.matches(Password("kettle-ostrich-fathom".into()), None).await;
        assert_eq!(answer, Err(AppError::Busy));
    }
}
