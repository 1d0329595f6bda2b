//! Files that grow, are rotated and cut, while the server reads them, stops, and comes back.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{LogLine, kept, messages};
use crate::tests::app::TestApp;

/// A folder with logs, and what follows it.
struct Logs {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl Logs {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("app.log");
        Self { folder, path }
    }

    fn flags(&self, path: &Path) -> [String; 3] {
        let path = path.to_str().expect("a plain path");
        [
            "--follow".to_owned(),
            path.to_owned(),
            "--follow-every-ms=20".to_owned(),
        ]
    }

    async fn follow(&self, path: &Path) -> TestApp {
        let flags = self.flags(path);
        TestApp::with(&flags.each_ref().map(String::as_str)).await
    }

    /// Stops, `meanwhile`, and starts again.
    async fn restart(&self, app: TestApp, path: &Path, meanwhile: impl FnOnce()) -> TestApp {
        let app = app.again().await;
        meanwhile();
        let flags = self.flags(path);
        app.again_with(&flags.each_ref().map(String::as_str)).await
    }

    fn write(&self, text: &str) {
        append(&self.path, text);
    }

    fn rotate(&self, to: &str) {
        fs::rename(&self.path, self.folder.path().join(to)).expect("renamed");
    }
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(path).expect("opened");
    file.write_all(text.as_bytes()).expect("written");
}

fn named(lines: &[Arc<LogLine>]) -> Vec<String> {
    lines
        .iter()
        .map(|line| format!("{} {}", line.source, line.message))
        .collect()
}

#[tokio::test]
async fn lines_come_as_they_are_written_and_traces_as_one() {
    let logs = Logs::new();
    logs.write("one\n\n{\"level\":\"warn\",\"msg\":\"two\",\"order\":7}\nhal");
    let app = logs.follow(&logs.path).await;
    let lines = kept(&app, 2).await;
    assert_eq!(named(&lines), ["app.log one", "app.log two"]);
    assert_eq!(
        (lines[1].level.name(), lines[1].fields.to_string().as_str()),
        ("warn", "order=7")
    );
    logs.write("f\r\nTraceback (most recent call last):\n");
    // Across two looks.
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    logs.write("  File \"x.py\", line 1\nKeyError: caf");
    append_bytes(&logs.path, b"\xe9\n");
    let lines = kept(&app, 4).await;
    assert_eq!(
        messages(&lines[2..]),
        [
            "half",
            "Traceback (most recent call last):\n  File \"x.py\", line 1\nKeyError: caf\u{fffd}"
        ]
    );
    assert_eq!(lines[3].level.name(), "error");
}

fn append_bytes(path: &Path, bytes: &[u8]) {
    let mut file = OpenOptions::new().append(true).open(path).expect("opened");
    file.write_all(bytes).expect("written");
}

#[tokio::test]
async fn rotation_loses_and_doubles_nothing() {
    let logs = Logs::new();
    let app = logs.follow(&logs.path).await;
    logs.write("one\n");
    kept(&app, 1).await;
    // Who writes goes on with the old file for a while.
    let mut old = OpenOptions::new().append(true).open(&logs.path).expect("opened");
    logs.rotate("app.log.1");
    old.write_all(b"two\n").expect("written");
    logs.write("three\n");
    kept(&app, 3).await;
    old.write_all(b"four\n").expect("written");
    logs.write("five\n");
    let mut all = named(&kept(&app, 5).await);
    all.sort_unstable();
    assert_eq!(
        all,
        [
            "app.log five",
            "app.log four",
            "app.log one",
            "app.log three",
            "app.log two"
        ]
    );
}

#[tokio::test]
async fn a_file_that_is_cut_begins_anew() {
    let logs = Logs::new();
    let app = logs.follow(&logs.path).await;
    logs.write("one, and some more\n");
    kept(&app, 1).await;
    fs::copy(&logs.path, logs.folder.path().join("app.log.1")).expect("copied");
    File::create(&logs.path).expect("cut");
    logs.write("two\n");
    kept(&app, 2).await;
    // Cut, and longer than before when it is looked at.
    let file = File::create(&logs.path).expect("cut");
    drop(file);
    logs.write(&format!("three {}\n", "x".repeat(1_000)));
    let lines = kept(&app, 3).await;
    assert_eq!(messages(&lines)[..2], ["one, and some more", "two"]);
    assert!(lines[2].message.starts_with("three x"));
    // The same, and it begins as before.
    let again = format!("three {}\n", "x".repeat(1_000));
    fs::write(&logs.path, format!("{again}four\n{}\n", "x".repeat(9))).expect("written");
    kept(&app, 5).await;
    fs::write(&logs.path, format!("{again}five\nsix\n{}\n", "x".repeat(20))).expect("written");
    let lines = kept(&app, 9).await;
    assert_eq!(messages(&lines[6..8]), ["five", "six"]);
}

#[tokio::test]
async fn a_folder_shows_its_logs_by_name_and_new_ones_as_they_come() {
    let logs = Logs::new();
    append(&logs.folder.path().join("a.log"), "one\n");
    append(&logs.folder.path().join("b.log"), "two\n");
    append(&logs.folder.path().join("c.txt"), "not this\n");
    fs::create_dir(logs.folder.path().join("d.log")).expect("a folder");
    let app = logs.follow(logs.folder.path()).await;
    assert_eq!(named(&kept(&app, 2).await), ["a.log one", "b.log two"]);
    logs.write("three\n");
    kept(&app, 3).await;
    // A name that is among them: the same file, whatever it is called.
    logs.rotate("app-1.log");
    logs.write("four\n");
    append(&logs.folder.path().join("app-1.log"), "five\n");
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let mut all = named(&kept(&app, 5).await);
    all.sort_unstable();
    assert_eq!(
        all,
        [
            "a.log one",
            "app.log five",
            "app.log four",
            "app.log three",
            "b.log two"
        ]
    );
}

#[tokio::test]
async fn a_restart_loses_and_doubles_nothing() {
    let logs = Logs::new();
    logs.write("one\nERROR two\nhalf ");
    let app = logs.follow(&logs.path).await;
    kept(&app, 2).await;
    let app = logs.restart(app, &logs.path, || logs.write("a line\nfour\n")).await;
    assert_eq!(
        messages(&kept(&app, 4).await),
        ["one", "ERROR two", "half a line", "four"]
    );
    // Rotated twice meanwhile, of which the older one is gone.
    logs.write("five\n");
    kept(&app, 5).await;
    let app = logs
        .restart(app, &logs.path, || {
            logs.write("six\n");
            logs.rotate("app.log.1");
            logs.write("seven\n");
        })
        .await;
    let mut texts: Vec<String> = kept(&app, 7).await.iter().map(|line| line.message.clone()).collect();
    assert_eq!(texts.split_off(4), ["five", "six", "seven"]);
    // Cut meanwhile, and replaced by another file of the same name.
    let app = logs
        .restart(app, &logs.path, || {
            fs::write(&logs.path, "eight, which is longer than what was there\n").expect("written");
        })
        .await;
    kept(&app, 8).await;
    let app = logs
        .restart(app, &logs.path, || {
            fs::remove_file(&logs.path).expect("removed");
            logs.write("nine\n");
        })
        .await;
    let lines = kept(&app, 9).await;
    assert_eq!(lines[8].message, "nine");
    let app = logs.restart(app, &logs.path, || ()).await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    kept(&app, 9).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restarts_and_rotations_at_any_moment() {
    let logs = Logs::new();
    let mut app = logs.follow(&logs.path).await;
    let flags = logs.flags(&logs.path);
    logs.write("ready\n");
    kept(&app, 1).await;
    for round in 0..4 {
        let path = logs.path.clone();
        let writing = tokio::task::spawn_blocking(move || {
            for n in round * 1_000..(round + 1) * 1_000 {
                if n % 1_000 == 500 {
                    fs::rename(&path, path.with_extension(format!("log.{n}"))).expect("renamed");
                }
                append(&path, &format!("{n} {}\n", "x".repeat(n % 90)));
                if n % 20 == 0 {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
            }
        });
        tokio::time::sleep(std::time::Duration::from_millis(60 * round as u64)).await;
        app = app.again_with(&flags.each_ref().map(String::as_str)).await;
        writing.await.expect("written");
        // One rotation while nobody looks: of two, the file between would never have been seen.
        kept(&app, (round + 1) * 1_000 + 1).await;
    }
    let lines = kept(&app, 4_001).await;
    let mut numbers: Vec<usize> = lines[1..]
        .iter()
        .map(|line| {
            line.message
                .split(' ')
                .next()
                .expect("a number")
                .parse()
                .expect("a number")
        })
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..4_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_not_there_yet_is_waited_for() {
    let logs = Logs::new();
    let app = logs.follow(&logs.path).await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    logs.write(&format!("{}\nlast\n", "x".repeat(70_000)));
    let lines = kept(&app, 2).await;
    assert!(
        lines[0].fields.to_string().contains("sent_bytes=70001"),
        "{}",
        lines[0].fields
    );
    assert_eq!(lines[1].message, "last");
}
