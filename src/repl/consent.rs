//! Asking whoever types whether a call may be made: the question stands above the line, and the next line is the answer.

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::app::consent;
use crate::tools::{Asks, Proposed, Reply};
use crate::ui::Ui;

/// A question, and where the answer goes.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) text: String,
    pub(super) reply: oneshot::Sender<Reply>,
}

/// Passes questions on to whoever reads the keys.
pub(super) struct AtKeys(pub(super) mpsc::Sender<Question>, pub(super) Ui);

impl Asks for AtKeys {
    fn ask<'a>(&'a self, call: &'a Proposed<'a>) -> BoxFuture<'a, Reply> {
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            // Where nobody reads keys any more nobody says yes.
            let _gone = self.0.send(Question { text: consent::question(call), reply }).await;
            answer.await.unwrap_or(Reply::No)
        })
    }

    fn unkept(&self, problem: &str) {
        self.1.warn(&consent::unkept(problem));
    }
}
