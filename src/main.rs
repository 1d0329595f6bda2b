//! From the command line to a running server.

/// Rendering and sending is many small allocations: with the system's, they were a third of a page's work.
#[cfg(feature = "ssr")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[cfg(feature = "ssr")]
fn main() -> std::process::ExitCode {
    squawkbox::server::command::run()
}

// Without the server there is no program; cargo still wants a main for the browser's build.
#[cfg(not(feature = "ssr"))]
fn main() {}
