//! One way to a cluster that all parts of a session share: whoever renews it renews it for all of them, and whoever is
//! refused says so to whoever can. It does not know where credentials come from.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How long newer credentials are waited for where the API server refuses those that there are.
pub const RENEWAL_LIMIT: Duration = Duration::from_secs(5);

/// A client that can be replaced under whoever uses it.
#[derive(Clone)]
pub struct Connection(watch::Sender<State>);

struct State {
    client: kube::Client,
    /// Counts the clients.
    number: u64,
    /// The API server did not accept the credentials of this client.
    refused: bool,
}

/// A client, and which one it is.
pub struct Borrowed {
    pub client: kube::Client,
    number: u64,
}

impl Connection {
    pub fn new(client: kube::Client) -> Self {
        Self(watch::Sender::new(State { client, number: 0, refused: false }))
    }

    /// Whether both are one connection, renewed together.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.same_channel(&other.0)
    }

    /// The newest client.
    pub fn borrow(&self) -> Borrowed {
        let state = self.0.borrow();
        Borrowed { client: state.client.clone(), number: state.number }
    }

    /// Puts a client with newer credentials in the place of the one that there is.
    pub fn renew(&self, client: kube::Client) {
        self.0.send_modify(|state| {
            *state = State { client, number: state.number + 1, refused: false };
        });
    }

    /// The API server did not accept the credentials of this client. Of one that has been replaced that is no news.
    pub fn refuse(&self, refused: &Borrowed) {
        self.0.send_if_modified(|state| {
            let news = state.number == refused.number && !state.refused;
            state.refused |= news;
            news
        });
    }

    /// Resolves when the client is refused, once for each that is.
    pub async fn refused(&self) {
        let mut states = self.0.subscribe();
        if states.wait_for(|state| state.refused).await.is_ok() {
            self.0.send_modify(|state| state.refused = false);
        }
    }

    /// Does something with the newest client. Where the credentials are refused, whoever renews them is told, and it is
    /// tried once more with newer ones.
    pub async fn attempt<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        is_refusal: impl Fn(&E) -> bool,
        act: impl Fn(kube::Client) -> F,
    ) -> Result<T, E> {
        let first = self.borrow();
        let refusal = match act(first.client.clone()).await {
            Err(error) if is_refusal(&error) => error,
            done => return done,
        };
        self.refuse(&first);
        if timeout(RENEWAL_LIMIT, self.renewed(&first)).await.is_err() {
            return Err(refusal);
        }
        let newer = self.borrow();
        let done = act(newer.client.clone()).await;
        if done.as_ref().is_err_and(is_refusal) {
            self.refuse(&newer);
        }
        done
    }

    /// Resolves when this client is not the newest any more.
    pub async fn renewed(&self, earlier: &Borrowed) {
        // The sender is our own, so that there always is one.
        let _ = self.0.subscribe().wait_for(|state| state.number != earlier.number).await;
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Connection").field("number", &self.0.borrow().number).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn client() -> kube::Client {
        let answer = |_: http::Request<kube::client::Body>| async {
            Ok::<_, std::convert::Infallible>(http::Response::new(kube::client::Body::empty()))
        };
        kube::Client::new(tower::service_fn(answer), "default")
    }

    #[tokio::test]
    async fn a_refusal_of_the_newest_client_is_told_once_and_ends_with_the_next_client() {
        let connection = Connection::new(client());
        let (first, other_part) = (connection.borrow(), connection.clone());
        assert_eq!(connection.refused().now_or_never(), None);
        other_part.refuse(&first);
        assert_eq!(connection.refused().now_or_never(), Some(()));
        assert_eq!(connection.refused().now_or_never(), None);
        assert_eq!(other_part.renewed(&first).now_or_never(), None);
        connection.renew(client());
        assert_eq!(other_part.renewed(&first).now_or_never(), Some(()));
        other_part.refuse(&first);
        assert_eq!(connection.refused().now_or_never(), None, "it is of a client that is gone");
        other_part.refuse(&other_part.borrow());
        connection.renew(client());
        assert_eq!(connection.refused().now_or_never(), None, "it was renewed meanwhile");
    }
}
