use super::*;
use crate::{
    logs::{model::Fields, server::ingest::understand::Raw},
    time::Timestamp,
};

fn line(text: &str) -> NewLine {
    let raw = Raw {
        source: "app".to_owned(),
        message: text.to_owned(),
        ..Raw::default()
    };
    raw.understood(Timestamp::default())
}

fn messages(lines: Vec<NewLine>) -> Vec<String> {
    lines.into_iter().map(|line| line.message).collect()
}

/// The entries that the lines of a text become.
fn entries(text: &str) -> Vec<String> {
    messages(joined(text.lines().map(line).collect()))
}

const JAVA: &str = "Exception in thread \"main\" java.lang.IllegalStateException: boom
\tat com.example.App.run(App.java:12)
\tat java.base/java.lang.Thread.run(Thread.java:833)
\tat com.example.App$$Lambda/0x00007f.run(Unknown Source) ~[app.jar:1.0]
\tSuppressed: java.io.IOException: closing
\t\tat com.example.App.<init>(App.java:3)
Caused by: java.io.IOException: disk
\tat com.example.Disk.write(Disk.java:7)
\t... 12 more";

const JAVA_LOGGED: &str = "2026-11-20 14:03:07,204 ERROR [main] c.e.App - failed
java.lang.IllegalStateException: boom
\tat com.example.App.run(App.java:12)
\t... 3 common frames omitted";

const PYTHON: &str = "Traceback (most recent call last):
  File \"/app/x.py\", line 3, in <module>
    main()
    ~~~~^^
  File \"/app/x.py\", line 1, in main
    raise KeyError(\"x\")
KeyError: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File \"/app/x.py\", line 5, in <module>
    raise app.errors.Refused(\"no\")
app.errors.Refused: no";

const PYTHON_LOGGED: &str = "ERROR:root:failed
Traceback (most recent call last):
  File \"/app/x.py\", line 3, in <module>
    1/0
ZeroDivisionError: division by zero";

const RUST: &str = "thread 'main' (4711) panicked at src/main.rs:2:5:
assertion `left == right` failed
  left: 1
 right: 2
stack backtrace:
   0: rust_begin_unwind
             at /rustc/9fc6b43126469e3858e2fe86cafb4f0fd5068869/library/std/src/panicking.rs:645:5
   1: core::panicking::panic_fmt
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.";

const RUST_SHORT: &str = "thread 'tokio-runtime-worker' panicked at src/main.rs:2:5:
called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace";

const RUST_OLD: &str = "thread 'main' panicked at 'boom', src/main.rs:2:5
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace";

const GO: &str = "panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48f0a1]

goroutine 1 [running]:
main.(*Desk).run(0xc000012345, {0x1, 0x2})
\t/app/main.go:5 +0x1d
main.main()
\t/app/main.go:9 +0x25

goroutine 7 [select, 2 minutes]:
net/http.(*conn).serve(0xc0000b2000)
\t/usr/local/go/src/net/http/server.go:1995 +0x8b2
created by net/http.(*Server).Serve in goroutine 1
\t/usr/local/go/src/net/http/server.go:3089 +0x5ed
exit status 2";

const GO_SERVED: &str = "2026/11/20 14:03:07 http: panic serving 127.0.0.1:50312: boom
goroutine 7 [running]:
net/http.(*conn).serve.func1()
\t/usr/local/go/src/net/http/server.go:1868 +0xb9
panic({0x1, 0x2})
\t/usr/local/go/src/runtime/panic.go:920 +0x270";

const JAVASCRIPT: &str = "TypeError: Cannot read properties of undefined (reading 'x')
    at foo (/app/index.js:3:9)
    at Object.<anonymous> (/app/index.js:7:1)
    at async Promise.all (index 0)
    ... 5 lines matching cause stack trace ...
    at Array.map (<anonymous>)
    at node:internal/main/run_main_module:23:47";

const NODE: &str = "/app/index.js:3
  throw Object.assign(new Error('boom', { cause }), { code: 'X' });
  ^

Error: boom
    at Object.<anonymous> (/app/index.js:3:33)
    at node:internal/main/run_main_module:23:47 {
  code: 'X',
  [cause]: RangeError [ERR_OUT]: deep
      at Object.<anonymous> (/app/index.js:1:15)
      at node:internal/main/run_main_module:23:47
}

Node.js v20.11.0";

const ALL: [&str; 11] = [
    JAVA,
    JAVA_LOGGED,
    PYTHON,
    PYTHON_LOGGED,
    RUST,
    RUST_SHORT,
    RUST_OLD,
    GO,
    GO_SERVED,
    JAVASCRIPT,
    NODE,
];

#[test]
fn a_trace_of_each_language_is_one_entry_between_ordinary_lines() {
    for trace in ALL {
        assert_eq!(entries(trace), [trace]);
        let around = format!("INFO before\n{trace}\nINFO after (1)\nmain.done()\nINFO more");
        assert_eq!(
            entries(&around),
            ["INFO before", trace, "INFO after (1)", "main.done()", "INFO more"]
        );
        // Those who send lines leave blank ones out.
        let dense: Vec<&str> = trace.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(entries(&dense.join("\n")), [dense.join("\n")]);
    }
}

#[test]
fn one_trace_after_the_other_is_two_entries() {
    for trace in [JAVA, PYTHON, RUST, GO, NODE] {
        for other in [JAVA, PYTHON, RUST, GO, NODE] {
            let both = format!("{trace}\n{other}");
            assert_eq!(entries(&both), [trace, other]);
        }
    }
}

#[test]
fn ordinary_lines_stay_apart() {
    for text in [
        "INFO one\nERROR two\nERROR three\n  indented\n\nlast",
        // An exception's name without frames, in both orders.
        "ERROR failed\njava.io.IOException: closed\nINFO next",
        "TypeError: x\nTypeError: y",
        "java.io.IOException\nERROR next",
        // What could go on with a trace, without one.
        "Caused by: rain\n\t... 3 more\nnote: this\nKeyError: 'x'\ngoroutine leaks\nmain.main()\n\t/app/main.go:9 +0x25",
        "at noon\n  at least one\n  at work (or not)\n   at 10:30\n   at 10:30:15",
        // A traceback under a line that says nothing of a failure isn't its.
        "thread 'main' panicked at x:1:1:\n2026-11-20T14:03:07Z  WARN late",
        "panic: at the disco\nINFO next",
        "/app/index.js:3\nINFO next\nINFO more",
    ] {
        assert_eq!(entries(text), text.lines().collect::<Vec<_>>(), "{text}");
    }
    let text = format!("RangeError: not this\n{JAVASCRIPT}");
    assert_eq!(entries(&text), ["RangeError: not this", JAVASCRIPT]);
    let text = format!("INFO ready\n{PYTHON}");
    assert_eq!(entries(&text), ["INFO ready", PYTHON]);
}

#[test]
fn other_sources_and_other_fields_are_no_part_of_it() {
    let mut lines: Vec<NewLine> = JAVASCRIPT.lines().map(line).collect();
    lines[1].source = "other".into();
    lines[3].fields = Fields(vec![("pod".into(), "b".into())]);
    assert_eq!(joined(lines).len(), 5);
    let twice = joined(joined(format!("{JAVA}\n{GO}\nINFO x").lines().map(line).collect()));
    assert_eq!(messages(twice), [JAVA, GO, "INFO x"], "joining again changes nothing");
}

#[test]
fn an_entry_is_bounded() {
    let frames = "\tat com.example.App.run(App.java:12)\n".repeat(4_000);
    let all = entries(&format!("java.lang.StackOverflowError\n{frames}"));
    assert!(
        all.len() < 8 && all.iter().all(|entry| entry.len() <= LONGEST),
        "{}",
        all.len()
    );
    assert_eq!(all.iter().map(|entry| entry.lines().count()).sum::<usize>(), 4_001);
}

#[test]
fn what_waits_is_told_from_what_goes_on() {
    let (mut joiner, mut done) = (Joiner::default(), Vec::new());
    assert!(joiner.push(line("ERROR failed"), &mut done));
    assert!(
        !joiner.push(line("java.io.IOException: closed"), &mut done),
        "it waits with the line before it"
    );
    assert_eq!((joiner.held(), done.len()), (2, 0));
    assert!(joiner.push(line("\tat a.B.c(B.java:1)"), &mut done));
    assert_eq!((joiner.held(), done.len()), (3, 0));
    assert!(joiner.push(line("INFO next"), &mut done));
    assert_eq!((joiner.held(), done.len()), (1, 1));
    joiner.finish(&mut done);
    assert_eq!((joiner.held(), done.len()), (0, 2));
}

#[test]
fn the_first_line_says_how_bad_it_is() {
    for trace in [JAVA, JAVA_LOGGED, PYTHON, PYTHON_LOGGED, RUST, RUST_OLD, GO, JAVASCRIPT] {
        let all = joined(trace.lines().map(line).collect());
        assert_eq!(all[0].level, crate::logs::model::Level::Error, "{trace}");
    }
}

proptest::proptest! {
    /// Whatever the lines are, none is lost and their order stays; and words are nobody's continuation.
    #[test]
    fn no_text_is_lost(
        picks in proptest::collection::vec((0_usize..ALL.len(), 0_usize..20, proptest::bool::ANY), 0..60),
        words in "[a-z]{1,8}( [a-z]{1,8}){1,5}",
    ) {
        let picked = picks.iter().map(|(trace, at, is_ordinary)| {
            let lines: Vec<&str> = ALL[*trace].lines().collect();
            if *is_ordinary { words.as_str() } else { lines[at % lines.len()] }
        });
        let lines: Vec<NewLine> = picked.clone().map(line).collect();
        let sent: Vec<&str> = picked.collect();
        let (mut joiner, mut done) = (Joiner::default(), Vec::new());
        for (count, line) in (1..).zip(lines) {
            joiner.push(line, &mut done);
            let told: usize = done.iter().map(|line| line.message.split('\n').count()).sum();
            proptest::prop_assert_eq!(told + joiner.held(), count);
        }
        joiner.finish(&mut done);
        let all = messages(done);
        let back: Vec<&str> = all.iter().flat_map(|entry| entry.split('\n')).collect();
        proptest::prop_assert_eq!(back, sent);
        for entry in all.iter().filter(|entry| entry.contains('\n')) {
            let own = entry.split('\n').filter(|line| *line == words).count();
            // Under a panic's first line or Node.js's place anything may stand, and frames stand under anything.
            proptest::prop_assert!(own <= 1, "{}", entry);
        }
    }
}
