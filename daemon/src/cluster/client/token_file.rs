//! A bearer token that a file holds and others renew. kube reads such files too, but takes the newline at their end,
//! which editors and `echo` write, for a part of the token.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use http::{HeaderValue, Request, header::AUTHORIZATION};

/// As client-go does.
const REREAD_AFTER: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(super) struct TokenFile {
    path: PathBuf,
    cached: Arc<Mutex<(HeaderValue, Instant)>>,
}

impl TokenFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let cached = Arc::new(Mutex::new((read(path)?, Instant::now())));
        Ok(Self { path: path.to_owned(), cached })
    }

    pub(super) fn authorize<B>(&self, mut request: Request<B>) -> Request<B> {
        request.headers_mut().insert(AUTHORIZATION, self.header());
        request
    }

    /// A file that cannot be read for a moment leaves the token as it was.
    fn header(&self) -> HeaderValue {
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if cached.1.elapsed() > REREAD_AFTER {
            let header = read(&self.path).unwrap_or_else(|_| cached.0.clone());
            *cached = (header, Instant::now());
        }
        cached.0.clone()
    }
}

fn read(path: &Path) -> io::Result<HeaderValue> {
    let token = fs::read_to_string(path)?;
    let mut header = HeaderValue::try_from(format!("Bearer {}", token.trim()))
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it holds more than one token"))?;
    header.set_sensitive(true);
    Ok(header)
}
