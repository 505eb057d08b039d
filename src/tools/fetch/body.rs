//! What a server sends, within bounds: of time, of bytes on the wire, of bytes when it is unpacked.

use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use futures_util::{Stream, StreamExt};

/// How much is read, and how long one waits for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// To connect.
    pub(super) connect: Duration,
    /// Between two pieces.
    pub(super) idle: Duration,
    /// For all of it, redirects included.
    pub(super) total: Duration,
    /// Bytes as they are sent.
    pub(super) wire: usize,
    /// Bytes when they are unpacked.
    pub(super) unpacked: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            idle: Duration::from_secs(10),
            total: Duration::from_secs(20),
            wire: 2 << 20,
            unpacked: 8 << 20,
        }
    }
}

/// What was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    /// There was more.
    pub(super) cut: bool,
}

/// What went wrong with the bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// Nothing came for too long.
    Idle,
    /// The connection broke, and why.
    Connection(String),
    /// They are not what they are said to be.
    Damaged,
}

/// Reads to the end, or as much as is read at most.
pub(super) async fn read<S, E>(mut pieces: S, most: usize, idle: Duration) -> Result<Body, Broken>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::error::Error,
{
    let mut body = Body::default();
    loop {
        match tokio::time::timeout(idle, pieces.next()).await {
            Err(_) => return Err(Broken::Idle),
            Ok(None) => return Ok(body),
            Ok(Some(Err(error))) => return Err(Broken::Connection(reason(&error))),
            Ok(Some(Ok(piece))) => {
                let room = most - body.bytes.len();
                body.bytes.extend_from_slice(&piece[..piece.len().min(room)]);
                if piece.len() > room {
                    body.cut = true;
                    return Ok(body);
                }
            }
        }
    }
}

/// Unpacks gzip, up to a bound. What was cut off is unpacked as far as it goes.
pub(super) fn unpacked(packed: &Body, most: usize) -> Result<Body, Broken> {
    if packed.bytes.is_empty() {
        return Ok(Body { bytes: Vec::new(), cut: packed.cut });
    }
    let mut bytes = Vec::new();
    let mut reader = MultiGzDecoder::new(packed.bytes.as_slice()).take(most as u64 + 1);
    let whole = reader.read_to_end(&mut bytes).is_ok();
    if !whole && bytes.is_empty() {
        return Err(Broken::Damaged);
    }
    let cut = packed.cut || !whole || bytes.len() > most;
    bytes.truncate(most);
    Ok(Body { bytes, cut })
}

/// An error with what caused it: the outer ones say only that something failed.
pub(super) fn reason(error: &dyn std::error::Error) -> String {
    let innermost = std::iter::successors(Some(error), |error| error.source()).last();
    innermost.map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use futures_util::stream;
    use std::io::{Error, Write};

    const SECOND: Duration = Duration::from_secs(1);

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn pieces(pieces: &[&'static str]) -> impl Stream<Item = Result<Bytes, Error>> + Unpin {
        let pieces: Vec<_> = pieces.iter().map(|&piece| Ok(Bytes::from_static(piece.as_bytes()))).collect();
        stream::iter(pieces)
    }

    #[tokio::test]
    async fn no_more_is_read_than_allowed() {
        let body = read(pieces(&["abc", "def"]), 6, SECOND).await.unwrap();
        assert_eq!(body, Body { bytes: b"abcdef".to_vec(), cut: false });
        let body = read(pieces(&["abc", "def"]), 5, SECOND).await.unwrap();
        assert_eq!(body, Body { bytes: b"abcde".to_vec(), cut: true });
        let endless = stream::repeat_with(|| Ok::<_, Error>(Bytes::from_static(&[b'x'; 1000])));
        assert_eq!(read(endless, 4500, SECOND).await.unwrap().bytes.len(), 4500);
        let broken = stream::iter([Ok(Bytes::from_static(b"a")), Err(Error::other("reset"))]);
        assert_eq!(read(broken, 10, SECOND).await, Err(Broken::Connection("reset".into())));
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_and_a_trickle_is_left_to_the_time_for_all() {
        let started = tokio::time::Instant::now();
        assert_eq!(read(stream::pending::<Result<Bytes, Error>>(), 10, SECOND).await, Err(Broken::Idle));
        assert_eq!(started.elapsed().as_secs(), 1);
        let trickle = stream::unfold((), |()| async {
            tokio::time::sleep(SECOND * 9 / 10).await;
            Some((Ok::<_, Error>(Bytes::from_static(b"x")), ()))
        });
        let all = tokio::time::timeout(SECOND * 20, read(Box::pin(trickle), 1 << 20, SECOND)).await;
        assert!(all.is_err() && started.elapsed().as_secs() == 21);
    }

    #[test]
    fn bombs_stay_small() {
        let bomb = Body { bytes: gzip(&vec![0; 64 << 20]), cut: false };
        assert!(bomb.bytes.len() < 100 << 10);
        let body = unpacked(&bomb, 1 << 20).unwrap();
        assert!(body.cut && body.bytes.len() == 1 << 20 && body.bytes.capacity() <= 4 << 20);
    }

    #[test]
    fn what_is_whole_or_cut_off_is_unpacked_and_nonsense_is_not() {
        let text: Vec<u8> = (0..20_000_u32).flat_map(u32::to_le_bytes).collect();
        let packed = gzip(&text);
        let of = |bytes: &[u8], cut| unpacked(&Body { bytes: bytes.to_vec(), cut }, 1 << 20);
        assert_eq!(of(&packed, false), Ok(Body { bytes: text.clone(), cut: false }));
        let half = of(&packed[..packed.len() / 2], true).unwrap();
        assert!(half.cut && text.starts_with(&half.bytes) && half.bytes.len() > 1000);
        assert_eq!(
            of(&[packed.clone(), packed.clone()].concat(), false).unwrap().bytes.len(),
            text.len() * 2
        );
        assert_eq!(of(b"<html>", false), Err(Broken::Damaged));
        assert_eq!(of(b"", false), Ok(Body::default()));
    }
}
