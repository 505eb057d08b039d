//! A configuration that changes while requests are answered: those under way go on with the one that they began with.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;

use super::Gateway;
use crate::app::App;

/// How often it is looked whether files have changed.
const EVERY: Duration = Duration::from_millis(500);

/// How a configuration is read anew.
pub struct Reload {
    /// Reads it. The error is for people.
    pub make: Box<dyn Fn() -> Result<App, String> + Send + Sync>,
    /// The files that it stands in, and the directories.
    pub files: Vec<PathBuf>,
    /// Somebody asks for it, by a signal.
    pub asked: Arc<Notify>,
    /// Told what came of it.
    pub told: Box<dyn Fn(Result<(), String>) + Send + Sync>,
}

/// The gateway as it is configured now.
pub struct Current(RwLock<Arc<Gateway>>);

impl Current {
    pub(super) fn new(gateway: Arc<Gateway>) -> Self {
        Self(RwLock::new(gateway))
    }

    /// As it is now.
    pub(super) fn get(&self) -> Arc<Gateway> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The program as it is configured now.
    pub fn app(&self) -> Arc<App> {
        Arc::clone(&self.get().app)
    }

    fn set(&self, gateway: Arc<Gateway>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = gateway;
    }
}

/// What a file was like when it was looked at.
type Stamp = (PathBuf, Option<(u64, SystemTime)>);

/// What files were like when they were looked at, and those in directories.
fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    let inside = |directory: &PathBuf| {
        let entries = std::fs::read_dir(directory).into_iter().flatten();
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        paths
    };
    let stamp = |path: PathBuf| {
        let metadata = std::fs::metadata(&path).ok();
        let stamp = metadata.and_then(|metadata| Some((metadata.len(), metadata.modified().ok()?)));
        (path, stamp)
    };
    files.iter().flat_map(|file| [vec![file.clone()], inside(file)].concat()).map(stamp).collect()
}

/// Reads the configuration anew when it has changed or somebody asks, for as long as it is waited for. One that is wrong
/// changes nothing.
pub(super) async fn watch(current: Arc<Current>, reload: Option<Reload>) {
    let Some(reload) = reload.map(Arc::new) else { return std::future::pending().await };
    let mut before = stamps(&reload.files);
    loop {
        let asked = tokio::select! {
            () = reload.asked.notified() => true,
            () = tokio::time::sleep(EVERY) => false,
        };
        let now = stamps(&reload.files);
        if !asked && now == before {
            continue;
        }
        before = now;
        let (reading, current) = (Arc::clone(&reload), Arc::clone(&current));
        let renew = move || {
            let outcome = (reading.make)().map(|app| {
                let gateway = current.get().renewed(Arc::new(app));
                current.set(Arc::new(gateway));
            });
            (reading.told)(outcome);
        };
        // It reads files, which is nobody's to wait for.
        drop(tokio::task::spawn_blocking(renew).await);
    }
}
