//! Who may do what, in one place for gRPC and for the JSON API.
//!
//! | file | what it holds |
//! |---|---|
//! | `call` | every call, and the least role that it needs |
//! | `tokens` | the tokens that are valid now, from the settings and from `tokens.file` |
//! | `principal` | who makes a call |
//! | `doorkeeper` | turns what a peer shows into a principal, or refuses it |
//! | `throttle` | how many refused logins of a peer are written down |
//! | `audit` | the log of who did what |
//! | `reload` | reads tokens and certificates again when their files change |

mod audit;
mod call;
mod doorkeeper;
mod peer;
mod principal;
mod reload;
mod throttle;
mod tokens;

pub(crate) use self::audit::{Audit, Deed};
pub(crate) use self::call::Call;
pub(crate) use self::doorkeeper::Doorkeeper;
pub(crate) use self::peer::Peer;
pub(crate) use self::principal::Principal;
pub use self::reload::Reload;
pub(crate) use self::reload::{Credentials, watch};
pub use self::tokens::TokensError;
