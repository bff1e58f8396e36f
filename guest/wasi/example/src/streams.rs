//! Standard input, output and error.

use crate::bindings::wasi::cli::{stderr, stdin, stdout};
use crate::bindings::wit_stream;

/// Standard input without the space around it.
pub(crate) async fn input() -> String {
    let (stream, _ended) = stdin::read_via_stream();
    String::from_utf8_lossy(&stream.collect().await).trim().to_owned()
}

/// Writes an answer as it came.
pub(crate) async fn print(bytes: Vec<u8>) -> Result<(), ()> {
    let (mut writer, text) = wit_stream::new();
    let written = stdout::write_via_stream(text);
    writer.write_all(bytes).await;
    drop(writer);
    written.await.map_err(drop)
}

/// Writes a line for the person at the terminal.
pub(crate) async fn complain(line: String) -> Result<(), ()> {
    let (mut writer, text) = wit_stream::new();
    let written = stderr::write_via_stream(text);
    writer.write_all(format!("{line}\n").into_bytes()).await;
    drop(writer);
    written.await.map_err(drop)
}
