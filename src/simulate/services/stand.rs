//! The server that plays all services.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::form_urlencoded;

use super::super::reply::Reply;
use super::super::service::plain;
use super::super::stand::accept;
use super::{Asked, Fault, ROLES, Role, damage, usual};

/// Larger bodies are not read.
const LARGEST_BODY: usize = 1 << 20;
/// More requests are not kept.
const MOST_REQUESTS: usize = 10_000;

/// A server that plays all services; it stops when dropped.
#[derive(Debug)]
pub struct ServiceStand {
    addr: SocketAddr,
    script: Arc<Mutex<Script>>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Script {
    faults: HashMap<&'static str, Fault>,
    asked: Vec<Asked>,
}

impl ServiceStand {
    /// Starts on a loopback address; port 0 takes any that is free.
    pub async fn start(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let addr = listener.local_addr()?;
        let script = Arc::<Mutex<Script>>::default();
        let router = Router::new().fallback(serve).with_state(Arc::clone(&script));
        let accepting = tokio::spawn(accept(listener, router));
        Ok(Self { addr, script, accepting })
    }

    /// All that stands before the own paths of a service.
    pub fn base_url(&self, service: &str) -> String {
        format!("http://{}/{service}", self.addr)
    }

    /// From now on a service fails like this. A name that nobody has changes nothing.
    pub fn fail(&self, service: &str, fault: Fault) {
        if let Some(role) = role(service) {
            lock(&self.script).faults.insert(role.name, fault);
        }
    }

    /// From now on all services are well.
    pub fn mend(&self) {
        lock(&self.script).faults.clear();
    }

    /// What was asked so far, in order.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.script).asked.clone()
    }
}

impl Drop for ServiceStand {
    fn drop(&mut self) {
        // The connections belong to the accepting task and end with it.
        self.accepting.abort();
    }
}

fn lock(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

fn role(name: &str) -> Option<&'static Role> {
    ROLES.iter().find(|role| role.name == name)
}

async fn serve(State(script): State<Arc<Mutex<Script>>>, request: Request<Body>) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let (name, rest) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    let Some(role) = role(name) else {
        return plain(Reply::text(404, "text/plain", format!("nobody plays `{name}`")));
    };
    let mut asked = asked(role, rest, request).await;
    let mut played = (role.play)(&asked);
    asked.complaint = played.as_ref().err().cloned();
    let fault = {
        let mut script = lock(&script);
        script.asked.truncate(MOST_REQUESTS - 1);
        script.asked.push(asked.clone());
        script.faults.get(role.name).copied()
    };
    if let Some(Fault::Slow(time)) = fault {
        tokio::time::sleep(time).await;
    }
    if let (Some(Fault::Damage(number)), Ok(reply)) = (fault, &mut played) {
        damage::damage(reply, number);
    }
    let fault = fault.filter(|fault| !matches!(fault, Fault::Slow(_) | Fault::Damage(_)));
    plain(match (fault, played) {
        (Some(fault), _) => (role.fail)(&asked, fault).unwrap_or_else(|| usual(fault)),
        (None, Ok(reply)) => reply,
        (None, Err(complaint)) => Reply::text(400, "text/plain", complaint),
    })
}

async fn asked(role: &'static Role, path: &str, request: Request<Body>) -> Asked {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
    let pairs = |bytes: &[u8]| form_urlencoded::parse(bytes).into_owned().collect::<Vec<_>>();
    let mut fields = pairs(head.uri.query().unwrap_or_default().as_bytes());
    let kind = head.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        fields.extend(pairs(&body));
    }
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    Asked {
        service: role.name,
        method: head.method.to_string(),
        path: format!("/{path}"),
        fields,
        headers: head.headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        complaint: None,
    }
}
