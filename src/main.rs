//! From the command line to a running server.

#[cfg(feature = "ssr")]
fn main() -> std::process::ExitCode {
    squawkbox::server::command::run()
}

// Without the server there is no program; cargo still wants a main for the browser's build.
#[cfg(not(feature = "ssr"))]
fn main() {}
