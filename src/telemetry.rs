//! Logs, for whoever asks for them: `-vv`, or `AIGW_LOG` with a filter such as `debug` or `aigw=trace,hyper=debug`.

use std::io::stderr;

use tracing_subscriber::EnvFilter;

use crate::config::Env;

/// Starts logging to stderr. Without `-vv` and `AIGW_LOG` nothing is logged.
pub fn start(env: &Env, verbosity: u8) {
    let filter = match (env.get("AIGW_LOG"), verbosity) {
        (Some(filter), _) => filter.to_owned(),
        (None, 2..) => "aigw=debug".to_owned(),
        (None, _) => return,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_writer(stderr)
        .with_ansi(false)
        .with_env_filter(EnvFilter::new(filter));
    // Somebody else has set one already only in tests.
    let _already_set = subscriber.try_init();
}
