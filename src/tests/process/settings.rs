//! Settings that can't work, and what the program says of them: one line, and how it leaves.

use super::server::{run, run_with};

/// One line on standard error, beginning with the program's name; gives it without that.
fn one_line(output: &std::process::Output, about: &str) -> String {
    let error = String::from_utf8(output.stderr.clone()).expect("text");
    let line = error.strip_suffix('\n').unwrap_or(&error);
    assert!(!line.contains('\n'), "{about}: {error}");
    let words = line.strip_prefix("squawkbox: ");
    words.unwrap_or_else(|| panic!("{about}: {error}")).to_owned()
}

#[test]
fn unknown_and_contradictory_settings_stop_the_start_with_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    for (args, words) in [
        (&["--adress", "127.0.0.1:0"][..], &["--adress", "--address"][..]),
        (&["serve", "--keep-logs-days", "0"], &["--keep-logs-days", "1..=3650"]),
        (
            &["serve", "--keep-logs-of", "gateway=3d;Gateway=4d"],
            &["--keep-logs-of", "Gateway", "twice"],
        ),
        (&["--address", "here"], &["--address"]),
        (&["--log", "squawkbox=loud=very"], &["names no level"]),
        (&["--venues", "nasdaq"], &["nasdaq", "coinbase"]),
        (&["--venues", "demo,demo"], &["--venues", "demo", "twice"]),
        (
            &["--venues", "demo", "--symbols", "coinbase:ADA-USD"],
            &["--symbols", "coinbase:ADA-USD", "--venues"],
        ),
        (
            &["serve", "--venues", "demo", "--coinbase-url", "wss://feed.test"],
            &["--coinbase-url", "--venues"],
        ),
        (
            &["--venues", "demo", "--replay-speed", "10"],
            &["--replay-speed", "replay", "--venues"],
        ),
        (
            &["--venues", "coinbase", "--kraken-url", "wss://feed.test"],
            &["--kraken-url", "kraken", "--venues"],
        ),
        (
            &["--symbols", "coinbase:BTC-USD,,coinbase:ETH-USD"],
            &["--symbols", "names no venue"],
        ),
        (
            &["--symbols", "binance:BTCUSDT,binance:btcusdt"],
            &["--symbols", "BTCUSDT", "twice"],
        ),
        (&["--public-url", "https://desk.test/chat"], &["--public-url", "path"]),
        (&["user", "create"], &["NAME"]),
        (
            &["token", "create", "--name", "x", "--scope", "tea"],
            &["tea", "ingest"],
        ),
        (&["tea"], &["tea"]),
    ] {
        let output = run(folder.path(), args, "");
        let about = args.join(" ");
        assert_eq!(output.status.code(), Some(2), "{about}");
        let line = one_line(&output, &about);
        assert!(words.iter().all(|word| line.contains(word)), "{about}: {line}");
        assert!(output.stdout.is_empty(), "{about}");
    }
    assert!(!folder.path().join("desk.db").exists(), "nothing was begun");
}

#[test]
fn variables_that_are_no_setting_stop_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    for args in [
        &["serve"][..],
        &["user", "create", "ada", "--admin"],
        &["token", "list"],
        &["bot", "list"],
    ] {
        let output = run_with(folder.path(), args, ("SQUAWKBOX_ADRESS", "127.0.0.1:0"));
        let about = args.join(" ");
        assert_eq!(output.status.code(), Some(2), "{about}");
        let line = one_line(&output, &about);
        assert!(
            line.contains("SQUAWKBOX_ADRESS") && line.contains("SQUAWKBOX_ADDRESS"),
            "{line}"
        );
    }
    let output = run_with(folder.path(), &["serve"], ("SQUAWKBOX_KEEP_LOGS_DAYS", "many"));
    assert_eq!(output.status.code(), Some(2));
    assert!(one_line(&output, "a variable").contains("--keep-logs-days"));
}

#[test]
fn what_can_t_work_stops_the_start_with_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "not a folder").expect("written");
    for args in [
        &["--data", file.to_str().expect("plain")][..],
        &["--address", "192.0.2.1:1"],
    ] {
        let output = run(folder.path(), args, "");
        assert!(!output.status.success(), "{args:?}");
        let error = String::from_utf8(output.stderr).expect("text");
        assert_eq!(
            error.lines().filter(|line| line.starts_with("squawkbox: ")).count(),
            1,
            "{args:?}: {error}"
        );
    }
}

#[test]
fn help_and_version_are_no_mistakes() {
    let folder = tempfile::tempdir().expect("a folder");
    for (args, words) in [(&["--help"][..], "--symbols"), (&["--version"], "squawkbox ")] {
        let output = run(folder.path(), args, "");
        assert!(output.status.success() && output.stderr.is_empty(), "{args:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains(words), "{args:?}");
    }
}
