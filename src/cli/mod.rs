//! The command-line tool, on the same core.
