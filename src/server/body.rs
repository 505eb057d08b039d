//! Taking a request's body in: bounded in size, and in how slowly it may come.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::StatusCode;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

use super::refusal::Refusal;

/// Larger bodies are refused, in bytes.
pub(super) const LARGEST: usize = 32 << 20;
/// How long a body may take however small it is.
const PATIENCE: Duration = Duration::from_secs(10);
/// Beyond that, the slowest that is waited for, in bytes per second.
const SLOWEST: usize = 1 << 10;
/// What is set aside for a body because of what it says that it has.
const ROOM: usize = 1 << 20;

/// Reads a body to its end.
pub(super) async fn read(body: Body) -> Result<Vec<u8>, Refusal> {
    let hint = body.size_hint();
    // What says beforehand that it is too large need not be sent.
    if hint.lower() > LARGEST as u64 {
        return Err(too_large());
    }
    let started = Instant::now();
    let mut bytes = Vec::with_capacity(usize::try_from(hint.lower()).unwrap_or(ROOM).min(ROOM));
    let mut pieces = body.into_data_stream();
    loop {
        let limit = started + PATIENCE + Duration::from_secs((bytes.len() / SLOWEST) as u64);
        let Ok(piece) = timeout_at(limit, pieces.next()).await else {
            return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body came too slowly"));
        };
        match piece {
            None => return Ok(bytes),
            Some(Err(error)) => return Err(Refusal::bad(format!("the body could not be read: {error}"))),
            Some(Ok(piece)) if bytes.len() + piece.len() > LARGEST => return Err(too_large()),
            Some(Ok(piece)) => bytes.extend_from_slice(&piece),
        }
    }
}

/// The refusal of a body that is larger than that.
pub(super) fn too_large() -> Refusal {
    let message = format!("the body is larger than {} MiB", LARGEST >> 20);
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use futures_util::stream;
    use std::convert::Infallible;

    static MEBIBYTE: [u8; 1 << 20] = [b' '; 1 << 20];

    fn dripping(piece: &'static [u8], every: Duration) -> Body {
        Body::from_stream(stream::unfold((), move |()| async move {
            tokio::time::sleep(every).await;
            Some((Ok::<_, Infallible>(Bytes::from_static(piece)), ()))
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn bodies_have_bounds() {
        assert_eq!(read(Body::from("{}")).await.unwrap(), b"{}");
        let status = |body| async { read(body).await.unwrap_err().status.as_u16() };
        assert_eq!(status(Body::from(vec![b' '; LARGEST + 1])).await, 413);
        // No length is promised here.
        assert_eq!(status(dripping(&MEBIBYTE, Duration::from_millis(1))).await, 413);
        let started = Instant::now();
        assert_eq!(status(dripping(b" ", Duration::from_secs(1))).await, 408);
        assert_eq!(started.elapsed().as_secs(), 10);
    }
}
