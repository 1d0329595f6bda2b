//! The fold of lines and gaps into what the viewer shows.
