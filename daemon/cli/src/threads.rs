//! Standard input and output on threads of their own: a read or a write of them cannot be given up, and must not keep
//! this process.

use std::io::{self, Read, Write};

use tokio::sync::{mpsc, oneshot};

/// How much is read at once.
pub(crate) const CHUNK: usize = 64 << 10;
/// Chunks that wait for a slow side.
const CHUNKS: usize = 4;

/// What is read; ends with it.
pub(crate) fn read_on_a_thread(mut input: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel(CHUNKS);
    std::thread::spawn(move || {
        let mut chunk = vec![0; CHUNK];
        loop {
            match input.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => return,
                Ok(length) => {
                    if sender.blocking_send(chunk[..length].to_vec()).is_err() {
                        return;
                    }
                }
            }
        }
    });
    receiver
}

/// Takes what is to be written, and is closed where that fails. The second resolves when all is written.
pub(crate) fn write_on_a_thread(
    mut output: impl Write + Send + 'static,
) -> (mpsc::Sender<Vec<u8>>, oneshot::Receiver<()>) {
    let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(CHUNKS);
    let (done, written) = oneshot::channel();
    std::thread::spawn(move || {
        while let Some(chunk) = receiver.blocking_recv() {
            if output.write_all(&chunk).and_then(|()| output.flush()).is_err() {
                return;
            }
        }
        // Nobody may wait for it any more.
        let _ = done.send(());
    });
    (sender, written)
}
