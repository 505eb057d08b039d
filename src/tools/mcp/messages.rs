//! What a program writes to stdout, without what is no message.
//!
//! Many servers greet, or write their logs there. Whoever answers such a line with an error, as the protocol has it for
//! messages that are wrong, makes other servers fail; so they are not heard at all.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader, DuplexStream, duplex};

/// The longest message, in bytes. A longer one is dropped.
const MAX_MESSAGE: usize = 16 << 20;
/// What waits to be read, in bytes.
const WAITING: usize = 64 << 10;
/// What every message has.
const MARK: &[u8] = b"\"jsonrpc\"";

/// The messages among the lines that come.
pub(super) fn messages(from: impl AsyncRead + Unpin + Send + 'static) -> DuplexStream {
    let (reader, mut writer) = duplex(WAITING);
    tokio::spawn(async move {
        let mut from = BufReader::new(from);
        let (mut line, mut dropped) = (Vec::new(), false);
        // Whoever cannot be read any more has ended, and whoever does not read any more has gone.
        while let Ok(piece @ [_, ..]) = from.fill_buf().await {
            let end = memchr::memchr(b'\n', piece);
            let taken = end.map_or(piece.len(), |end| end + 1);
            dropped |= line.len() + taken > MAX_MESSAGE;
            if !dropped {
                line.extend_from_slice(&piece[..taken]);
            }
            from.consume(taken);
            if end.is_none() {
                continue;
            }
            if !dropped && is_message(&line) && writer.write_all(&line).await.is_err() {
                return;
            }
            line.clear();
            dropped = false;
        }
    });
    reader
}

fn is_message(line: &[u8]) -> bool {
    line.trim_ascii_start().first() == Some(&b'{') && memchr::memmem::find(line, MARK).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    #[tokio::test]
    async fn only_messages_come_through() {
        let mut given = b"hello\n{\"level\": 30}\n[1]\n {\"jsonrpc\": \"2.0\"}\n\n".to_vec();
        given.extend(std::iter::repeat_n(b'x', MAX_MESSAGE + 1));
        given.extend(b"\"jsonrpc\"\n{\"jsonrpc\":1}\n{\"jsonrpc\": cut");
        let mut heard = String::new();
        messages(std::io::Cursor::new(given)).read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, " {\"jsonrpc\": \"2.0\"}\n{\"jsonrpc\":1}\n");
    }
}
