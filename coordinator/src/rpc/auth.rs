//! Who may call what.

use tonic::service::Interceptor;
use tonic::{Request, Status};

use super::connection::Caller;
use super::status::Refusal;
use crate::settings::Tokens;

/// Whom a service is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    Clients,
    Workers,
}

/// Lets those in who show the right token. Without tokens everybody is let in.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    audience: Audience,
    tokens: Option<Tokens>,
}

impl Gate {
    pub(crate) fn new(audience: Audience, tokens: Option<Tokens>) -> Self {
        Self { audience, tokens }
    }

    /// Lets in who shows the token in the header `authorization`.
    pub(crate) fn admit(&self, header: Option<&[u8]>) -> Result<(), Refusal> {
        let Some(Tokens { client, worker }) = &self.tokens else { return Ok(()) };
        let Some(header) = header else {
            return Err(Refusal::Unauthenticated(format!("this farm asks for a token; {}", self.help())));
        };
        let Some(shown) = bearer(header) else {
            let text = "the header `authorization` must be `Bearer` with a token";
            return Err(Refusal::Unauthenticated(text.to_owned()));
        };
        // Both are always compared, so that the time does not show which token is similar.
        let (is_client, is_worker) = (client.admits(shown), worker.admits(shown));
        match (self.audience, is_client, is_worker) {
            (Audience::Clients, true, _) | (Audience::Workers, _, true) => Ok(()),
            (Audience::Clients, false, true) => {
                Err(Refusal::Unauthenticated(format!("this is the token of workers; {}", self.help())))
            }
            (Audience::Workers, true, false) => {
                Err(Refusal::Unauthenticated(format!("this is the token of clients; {}", self.help())))
            }
            (_, false, false) => {
                Err(Refusal::Unauthenticated(format!("the token is not the farm's; {}", self.help())))
            }
        }
    }

    fn help(&self) -> &'static str {
        match self.audience {
            Audience::Clients => "clients take theirs from CLIPIG_TOKEN or CLIPIG_TOKEN_FILE",
            Audience::Workers => {
                "workers take theirs from the setting `token_file` (CLIPIG_WORKER__TOKEN_FILE)"
            }
        }
    }
}

/// The token in a header: the scheme's name in any case, spaces, the token.
fn bearer(header: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = header.split_at_checked(b"bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| rest.trim_ascii())
}

impl Interceptor for Gate {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let header = request.metadata().get("authorization").map(tonic::metadata::MetadataValue::as_bytes);
        match self.admit(header) {
            Ok(()) => {
                if let Some(caller) = Caller::of(request.extensions()) {
                    caller.make_known();
                }
                Ok(request)
            }
            Err(refusal) => Err(refusal.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = "token-of-the-clients";
    const WORKER: &str = "token-of-the-workers";

    fn gate(audience: Audience) -> Gate {
        let [client, worker] = [CLIENT, WORKER].map(|token| token.parse().unwrap());
        Gate::new(audience, Some(Tokens { client, worker }))
    }

    fn refused(audience: Audience, header: Option<&str>) -> String {
        let status: Status = gate(audience).admit(header.map(str::as_bytes)).unwrap_err().into();
        assert_eq!(status.code(), tonic::Code::Unauthenticated);
        status.message().to_owned()
    }

    #[test]
    fn the_right_token_opens() {
        for (audience, token) in [(Audience::Clients, CLIENT), (Audience::Workers, WORKER)] {
            for header in [format!("Bearer {token}"), format!("bearer  {token} ")] {
                assert!(gate(audience).admit(Some(header.as_bytes())).is_ok(), "{header}");
            }
        }
    }

    #[test]
    fn everything_else_does_not() {
        let text = refused(Audience::Clients, None);
        assert!(text.contains("asks for a token") && text.contains("CLIPIG_TOKEN"), "{text}");
        assert!(refused(Audience::Clients, Some(&format!("Bearer {WORKER}"))).contains("token of workers"));
        assert!(refused(Audience::Workers, Some(&format!("Bearer {CLIENT}"))).contains("token of clients"));
        for header in ["", "Bearer", CLIENT, &format!("Basic {CLIENT}")] {
            assert!(refused(Audience::Clients, Some(header)).contains("must be `Bearer`"), "{header}");
        }
        for token in ["", "x", &CLIENT[1..], &format!("{CLIENT}x"), &format!("{CLIENT}{WORKER}")] {
            let text = refused(Audience::Clients, Some(&format!("Bearer {token}")));
            assert!(text.contains("not the farm's"), "{text}");
        }
    }

    #[test]
    fn without_tokens_everybody_is_let_in() {
        assert!(Gate::new(Audience::Clients, None).admit(None).is_ok());
    }
}
