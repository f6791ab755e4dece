//! Downloads from local servers.

mod mirrors;
mod resuming;
mod server;
