//! What lines of stack traces look like. Pure.

/// True of a line with which a trace begins, or of what may be one without frames: something failed.
pub fn begins(line: &str) -> bool {
    let is_trace = is_traceback(line) || is_rust_panic(line) || is_go_panic(line);
    is_trace || is_exception(line) || line.starts_with("Exception in thread \"")
}

/// `    at com.example.App.main(App.java:5)` of Java and .NET, `    at main (/app/index.js:3:9)` of JavaScript.
pub fn is_frame(line: &str) -> bool {
    let trimmed = line.trim_start();
    let Some(place) = trimmed.strip_prefix("at ").filter(|_| is_indented(line)) else {
        return false;
    };
    let place = place.trim_end().trim_end_matches(" {");
    let is_named = place.split_once('(').is_some_and(|(name, rest)| {
        let name = name.trim_end();
        name.contains('.') && !name.contains(' ') && rest.contains(')')
    });
    let inner = place
        .rsplit_once('(')
        .map_or(place, |(_, inner)| inner)
        .trim_end_matches(')');
    let is_known = matches!(inner, "<anonymous>" | "native") || inner.starts_with("index ");
    // A time of day ends in numbers too.
    let is_place = ends_in_numbers(inner, 2) && inner.contains(|c: char| c.is_alphabetic() || c == '/');
    is_named || (is_known && place.ends_with(')')) || is_place
}

/// `    ... 12 more`: frames that were left out.
pub fn is_more(line: &str) -> bool {
    let trimmed = line.trim();
    is_indented(line)
        && trimmed.starts_with("... ")
        && (trimmed.ends_with(" more") || trimmed.contains("frames omitted") || trimmed.contains("lines matching"))
}

/// `Caused by: …`, and the like after which another trace follows.
pub fn is_cause(line: &str) -> bool {
    let trimmed = line.trim_start();
    let is_inner =
        trimmed.starts_with("Suppressed: ") || trimmed.starts_with("[cause]: ") || trimmed.starts_with("---> ");
    ["Caused by: ", "Wrapped by: "]
        .iter()
        .any(|start| trimmed.starts_with(start))
        || trimmed.starts_with("--- End of ")
        || (is_inner && is_indented(line))
}

/// `java.io.IOException: closed`, `TypeError: x is not a function`: an exception's name, perhaps with what it says.
pub fn is_exception(line: &str) -> bool {
    let line = line.strip_prefix("Uncaught ").unwrap_or(line);
    let name = line.split_once(": ").map_or(line, |(name, _)| name);
    // Node.js names its own after the name.
    let name = name.split_once(" [").map_or(name, |(name, _)| name);
    is_path(name.trim_end_matches(':'))
        && ["Exception", "Error", "Throwable"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// `Traceback (most recent call last):`
pub fn is_traceback(line: &str) -> bool {
    line.trim_end().ends_with("Traceback (most recent call last):")
}

/// `ValueError: bad`, with which a traceback ends.
pub fn is_raised(line: &str) -> bool {
    is_path(line.split_once(':').map_or(line, |(name, _)| name))
}

/// What stands between two tracebacks of which one led to the other.
pub fn is_chain(line: &str) -> bool {
    let line = line.trim_end();
    line == "During handling of the above exception, another exception occurred:"
        || line == "The above exception was the direct cause of the following exception:"
}

/// `thread 'main' panicked at src/main.rs:2:5:`
pub fn is_rust_panic(line: &str) -> bool {
    let thread = line.find("thread '");
    thread.is_some_and(|at| line[at..].contains(" panicked at "))
}

/// ` right: 2`, of what was to be equal; shippers trim it.
pub fn is_compared(line: &str) -> bool {
    line.starts_with("left: ") || line.starts_with("right: ")
}

/// `panic: …` and `fatal error: …`
pub fn is_go_panic(line: &str) -> bool {
    line.starts_with("panic: ") || line.starts_with("fatal error: ")
}

/// `goroutine 7 [running]:`
pub fn is_goroutine(line: &str) -> bool {
    let line = line.trim_end();
    let number = line.strip_prefix("goroutine ").and_then(|rest| rest.split_once(' '));
    number.is_some_and(|(number, rest)| is_number(number) && rest.contains('[') && rest.ends_with("]:"))
}

/// `main.run(0x1, {0x2, 0x3})`, `created by main.start in goroutine 1`: a function, after which its place follows.
pub fn is_go_call(line: &str) -> bool {
    let line = line.trim_end();
    let name = line.split_once('(').map_or(line, |(name, _)| name);
    let is_call = line.ends_with(')') && !name.is_empty() && !name.contains(' ');
    line.starts_with("created by ") || (is_call && !is_indented(line))
}

/// `/app/main.go:9 +0x25` after a tab.
pub fn is_go_place(line: &str) -> bool {
    let place = line.strip_prefix('\t').map(str::trim_end);
    place.is_some_and(|place| ends_in_numbers(place.split(" +0x").next().unwrap_or_default(), 1))
}

/// `/app/index.js:3`, with which Node.js begins to tell what nobody caught.
pub fn is_node_place(line: &str) -> bool {
    let is_place = line.starts_with('/') || line.starts_with("file://") || line.starts_with("node:");
    is_place && !line.contains(' ') && ends_in_numbers(line, 1)
}

/// `    ^^^`
pub fn is_caret(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.bytes().all(|byte| byte == b'^')
}

/// Begins with a space or a tab.
pub fn is_indented(line: &str) -> bool {
    line.starts_with([' ', '\t'])
}

/// A name with dots, such as `app.errors.Refused`.
fn is_path(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$'))
}

/// Ends in so many numbers after colons.
fn ends_in_numbers(text: &str, count: usize) -> bool {
    let mut rest = text;
    (0..count).all(|_| match rest.rsplit_once(':') {
        Some((before, number)) => {
            rest = before;
            is_number(number)
        }
        None => false,
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
